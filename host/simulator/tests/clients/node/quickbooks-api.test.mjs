// quickbooks-api, which only reads, at work on the simulator.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { ApiClient, AuthProvider, AuthScopes, Environment } from 'quickbooks-api';

import { base, client, realm, refreshToken, sale } from './simulator.mjs';

// Its addresses are constants, so the base address is changed where it asks.
const ask = globalThis.fetch;
globalThis.fetch = (address, request) => ask(String(address).replace(/^https:\/\/[^/]*intuit\.com/, base), request);

let api;
let created;

before(async () => {
  const [access, refresh] = [new Date(0), new Date(Date.now() + 86_400_000)];
  const token = {
    tokenType: 'bearer', accessToken: 'none yet', refreshToken, realmId: realm,
    accessTokenExpiryDate: access, refreshTokenExpiryDate: refresh,
  };
  const auth = new AuthProvider(client.id, client.secret, `${base}/back`, [AuthScopes.Accounting], token);
  api = new ApiClient(auth, Environment.Sandbox);
  const { accessToken } = await auth.getToken();
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  created = async (entity, body) => {
    const address = `${base}/v3/company/${realm}/${entity.toLowerCase()}`;
    const answer = await ask(address, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await answer.json())[entity];
  };
});

test('what is stored is read by id and in pages', async () => {
  const invoice = await created('Invoice', sale());
  const memo = await created('CreditMemo', sale());
  const estimate = await created('Estimate', sale());
  assert.equal((await api.invoices.getInvoiceById(invoice.Id)).Id, invoice.Id);
  assert.equal((await api.creditMemos.getCreditMemoById(memo.Id)).Id, memo.Id);
  assert.ok((await api.estimates.getAllEstimates()).results.some((row) => row.Id === estimate.Id));
  assert.ok((await api.customers.getAllCustomers()).results.length >= 29);
  assert.ok((await api.accounts.getAllAccounts()).results.length > 30);
});
