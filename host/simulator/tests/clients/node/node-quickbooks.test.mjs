// node-quickbooks with intuit-oauth, at work on the simulator.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { promisify } from 'node:util';

import OAuthClient from 'intuit-oauth';
import QuickBooks from 'node-quickbooks';

import { base, client, lists, name, realm, refreshToken, sale, transactions } from './simulator.mjs';

let qbo;
const call = (method, ...values) => promisify(qbo[method].bind(qbo))(...values);
// The client makes plurals by itself.
const plural = (entity) => `${entity}s`.replace('Classs', 'Classes').replace('Entrys', 'Entries');
const found = async (entity, criteria) => {
  const answer = await call(`find${plural(entity)}`, criteria);
  return answer.QueryResponse[entity] ?? [];
};

before(async () => {
  const oauth = new OAuthClient({
    clientId: client.id, clientSecret: client.secret, environment: 'sandbox', redirectUri: `${base}/back`,
  });
  oauth.setAuthorizeURLs({
    authorizeEndpoint: `${base}/connect/oauth2`,
    tokenEndpoint: `${base}/oauth2/v1/tokens/bearer`,
    revokeEndpoint: `${base}/v2/oauth2/tokens/revoke`,
    userInfoEndpoint: `${base}/v1/openid_connect/userinfo`,
  });
  const { token } = await oauth.refreshUsingToken(refreshToken);
  QuickBooks.V3_ENDPOINT_BASE_URL = `${base}/v3/company/`;
  qbo = new QuickBooks(client.id, client.secret, token.access_token, false, realm, true, false, 75, '2.0');
});

for (const [entity, body] of Object.entries(transactions)) {
  test(`${entity}: created, read, queried, updated, deleted`, async () => {
    const stored = await call(`create${entity}`, body());
    assert.equal((await call(`get${entity}`, stored.Id)).Id, stored.Id);
    const rows = await found(entity, [{ field: 'Id', value: stored.Id, operator: '=' }]);
    assert.deepEqual(rows.map((row) => row.Id), [stored.Id]);
    const changed = await call(`update${entity}`, { ...stored, PrivateNote: 'changed' });
    assert.equal(changed.SyncToken, '1');
    assert.equal((await call(`delete${entity}`, changed))[entity].status, 'Deleted');
    await assert.rejects(call(`get${entity}`, stored.Id));
  });
}

for (const [entity, body] of Object.entries(lists)) {
  test(`${entity}: created, read, queried, made inactive`, async () => {
    const stored = await call(`create${entity}`, body());
    assert.equal((await call(`get${entity}`, stored.Id)).Id, stored.Id);
    await call(`update${entity}`, { Id: stored.Id, SyncToken: stored.SyncToken, sparse: true, Active: false });
    assert.deepEqual(await found(entity, [{ field: 'Id', value: stored.Id, operator: '=' }]), []);
  });
}

test('an invoice and a payment are voided', async () => {
  const voided = await call('voidInvoice', await call('createInvoice', sale()));
  assert.equal(voided.Invoice.PrivateNote, 'Voided');
  const payment = await call('createPayment', { CustomerRef: { value: '1' }, TotalAmt: 10 });
  const unpaid = await call('voidPayment', { Id: payment.Id, SyncToken: '0', sparse: true });
  assert.equal(unpaid.TotalAmt, 0);
});

test('an invoice is printed and sent', async () => {
  const invoice = await call('createInvoice', sale({ BillEmail: { Address: 'birds@amys.example' } }));
  const document = await call('getInvoicePdf', invoice.Id);
  assert.equal(Buffer.from(document).subarray(0, 5).toString(), '%PDF-');
  assert.equal((await call('sendInvoicePdf', invoice.Id, 'amy@amys.example')).EmailStatus, 'EmailSent');
});

test('a batch is answered item by item', async () => {
  const answer = await call('batch', [
    { bId: '1', operation: 'create', Customer: { DisplayName: name('Batch') } },
    { bId: '2', operation: 'create', Customer: { DisplayName: "Amy's Bird Sanctuary" } },
    { bId: '3', Query: 'select * from Term' },
  ]);
  assert.ok(answer.BatchItemResponse[0].Customer.Id);
  assert.equal(answer.BatchItemResponse[1].Fault.Error[0].code, '6240');
  assert.ok(answer.BatchItemResponse[2].QueryResponse.Term.length > 0);
});

test('changes are captured', async () => {
  const invoice = await call('createInvoice', sale());
  const answer = await call('changeDataCapture', ['Invoice', 'Customer'], invoice.MetaData.CreateTime);
  const [{ Invoice: invoices }, { Customer: customers }] = answer.CDCResponse[0].QueryResponse;
  assert.ok(invoices.some((row) => row.Id === invoice.Id) && customers.some((row) => row.Id === '1'));
});

test('a request id creates once', async () => {
  const requestId = name('once');
  const first = await call('createInvoice', sale({ requestId }));
  const second = await call('createInvoice', sale({ requestId }));
  assert.equal(first.Id, second.Id);
});

test('criteria, counts and pages', async () => {
  assert.equal((await found('Customer', { DisplayName: "Amy's Bird Sanctuary" }))[0].Id, '1');
  assert.ok((await found('Customer', { fetchAll: true })).length >= 29);
  assert.equal((await found('Customer', { limit: 3, offset: 2, asc: 'Id' })).length, 3);
  assert.ok((await call('findInvoices', { count: true })).QueryResponse.totalCount >= 0);
});
