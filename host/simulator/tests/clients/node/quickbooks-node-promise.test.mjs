// quickbooks-node-promise, with its own token handling, at work on the simulator.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import promise from 'quickbooks-node-promise';

import { base, client, lists, realm, refreshToken, sale, transactions } from './simulator.mjs';

const { Quickbooks } = promise;
let qbo;
const plural = (entity) => `${entity}s`.replace('Classs', 'Classes').replace('Entrys', 'Entries');
const found = async (entity, id) => {
  const answer = await qbo[`find${plural(entity)}`]([{ field: 'Id', value: id, operator: '=' }]);
  return (answer.QueryResponse[entity] ?? []).map((row) => row.Id);
};

before(async () => {
  Quickbooks.TOKEN_URL = `${base}/oauth2/v1/tokens/bearer`;
  Quickbooks.V3_ENDPOINT_BASE_URL = `${base}/v3/company/`;
  const config = {
    appKey: client.id, appSecret: client.secret, redirectUrl: `${base}/back`, useProduction: false,
    minorversion: 75, autoRefresh: true, accessToken: 'none yet', refreshToken,
  };
  qbo = new Quickbooks(config, realm);
  await qbo.refreshAccessToken();
});

for (const [entity, body] of Object.entries(transactions)) {
  test(`${entity}: created, read, queried, updated, deleted`, async () => {
    const stored = (await qbo[`create${entity}`](body()))[entity];
    assert.equal((await qbo[`get${entity}`](stored.Id))[entity].Id, stored.Id);
    assert.deepEqual(await found(entity, stored.Id), [stored.Id]);
    const changed = (await qbo[`update${entity}`]({ ...stored, PrivateNote: 'changed' }))[entity];
    assert.equal(changed.SyncToken, '1');
    assert.equal((await qbo[`delete${entity}`](changed))[entity].status, 'Deleted');
    await assert.rejects(qbo[`get${entity}`](stored.Id));
  });
}

for (const [entity, body] of Object.entries(lists)) {
  test(`${entity}: created, read, queried, made inactive`, async () => {
    const stored = (await qbo[`create${entity}`](body()))[entity];
    assert.equal((await qbo[`get${entity}`](stored.Id))[entity].Id, stored.Id);
    assert.deepEqual(await found(entity, stored.Id), [stored.Id]);
    await qbo[`update${entity}`]({ Id: stored.Id, SyncToken: stored.SyncToken, sparse: true, Active: false });
    assert.deepEqual(await found(entity, stored.Id), []);
  });
}

test('an invoice is voided', async () => {
  const stored = (await qbo.createInvoice(sale())).Invoice;
  assert.equal((await qbo.voidInvoice(stored)).Invoice.PrivateNote, 'Voided');
});
