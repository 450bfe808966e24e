import { scenario } from '../scenario.ts';
import type { Wire } from '../wire.ts';
import { KEY } from './flows.ts';

/** What is refused before any handler sees it, with the looks of the engine and of each family. */
export const refusals = scenario('refusals', async (wire) => {
  await noRoutes(wire);
  await badBodies(wire);
  await badQueries(wire);
  await badHeaders(wire);
  await badSockets(wire);
});

async function noRoutes(wire: Wire): Promise<void> {
  for (const path of [
    '/nothing',
    '/runs/a/b/c',
    '/workflows/a/b/c',
    '/escrow',
    '/mip003',
    '/mip003/a/b',
    '/users',
  ])
    await wire.ask(`no route: ${path}`, `GET ${path}`);
  await wire.ask('no such flow', `GET /no_such_flow`);
  await wire.ask('no such flow to run', `POST /no_such_flow/runs`, { body: {} });
  await wire.ask('a path that cannot be decoded', 'GET /runs/%E0%A4%A');
  await wire.ask('a path with a NUL', 'GET /runs/%00');
  for (const line of [
    'PUT /runs',
    'DELETE /workflows/create',
    'GET /workflows/create',
    'PATCH /escrow/ann/deposit',
    `DELETE /mip003/${KEY.hymn}/start_job`,
    `GET /${KEY.hymn}/runs`,
    'POST /health',
  ])
    await wire.ask(`wrong method: ${line}`, line);
  await wire.ask('options', 'OPTIONS /runs');
}

const POSTS = [
  '/workflows/create',
  '/escrow/ann/deposit',
  '/approvals/nobody',
  `/mip003/${KEY.hymn}/start_job`,
];

async function badBodies(wire: Wire): Promise<void> {
  for (const path of POSTS) {
    const line = `POST ${path}`;
    await wire.ask(`no body: ${path}`, line);
    await wire.ask(`malformed: ${path}`, line, { body: '{"a":' });
    await wire.ask(`no object: ${path}`, line, { body: '[1]' });
    await wire.ask(`empty: ${path}`, line, { body: {} });
    await wire.ask(`not JSON: ${path}`, line, { body: 'a=1', headers: { 'content-type': 'text/plain' } });
    await wire.ask(`too large: ${path}`, line, { body: `{"input":"${'x'.repeat(1_100_000)}"}` });
  }
  await wire.ask('a body in another encoding', 'POST /workflows/create', {
    body: '{}',
    headers: { 'content-encoding': 'br' },
  });
  await wire.ask('another charset', 'POST /workflows/create', {
    body: '{}',
    headers: { 'content-type': 'application/json; charset=utf-16' },
  });
  await wire.ask('a NUL in a text', 'POST /workflows/create', { body: { userId: 'ann', input: 'a\0b' } });
  await wire.ask('half a surrogate', 'POST /workflows/create', {
    body: '{"userId":"ann","input":"\\ud800"}',
  });
  await wire.ask('a prototype', 'POST /workflows/create', { body: '{"__proto__":{"userId":"ann"}}' });
}

async function badQueries(wire: Wire): Promise<void> {
  for (const path of [
    '/runs?limit=0',
    '/runs?limit=ten',
    '/runs?status=perhaps',
    '/runs?cursor=nonsense',
    '/runs?limit=1&limit=2',
    '/approvals?status=perhaps',
    '/payments?status=perhaps',
    '/payments?limit=1000',
    '/attention?cursor=nonsense',
    '/ledger/accounts?limit=0',
    '/events?after=nonsense',
    '/users/ann/workflows?limit=0',
    '/escrow/ann/history?limit=0',
    `/mip003/${KEY.hymn}/status`,
    `/mip003/${KEY.hymn}/status?job_id=`,
  ])
    await wire.ask(`a bad query: ${path}`, `GET ${path}`);
  for (const path of [
    '/runs/nobody',
    '/runs/nobody/events',
    '/runs/nobody/receipt',
    '/payments/nobody',
    '/ledger/accounts/nobody/transfers',
    '/workflows/nobody',
    '/workflows/nobody/steps',
    '/workflows/nobody/stream',
    '/escrow/nobody/balance',
    '/escrow/nobody/history',
    '/users/nobody/workflows',
    `/mip003/${KEY.hymn}/status?job_id=nobody`,
    `/mip003/nobody/availability`,
    `/mip003/nobody/input_schema`,
    `/mip003/nobody/demo`,
    `/${KEY.hymn}/runs/nobody`,
  ])
    await wire.ask(`nobody: ${path}`, `GET ${path}`);
  for (const [path, body] of [
    ['/runs/nobody/cancel', {}],
    ['/runs/nobody/resume', {}],
    ['/runs/nobody/rerun', {}],
    ['/runs/nobody/inputs', { data: {} }],
    ['/approvals/nobody', { decision: 'approve' }],
    ['/payments/nobody/actions', { action: 'reconcile' }],
    ['/attention/nobody/resolve', { note: 'Seen.' }],
    ['/workflows/nobody/approve', {}],
    ['/workflows/nobody/cancel', {}],
    ['/escrow/nobody/withdraw', { amount: 1, destination: '11111111111111111111111111111112' }],
    ['/stream-tickets', { scope: 'nothing' }],
  ] as const)
    await wire.ask(`nobody: ${path}`, `POST ${path}`, { body });
}

async function badHeaders(wire: Wire): Promise<void> {
  await wire.ask('another host', 'GET /runs', { headers: { host: 'steward.example.com' } });
  await wire.ask('an impossible host', 'GET /runs', { headers: { host: 'a b' } });
  await wire.ask('another origin', 'GET /runs', { headers: { origin: 'https://example.com' } });
  await wire.ask('a key that nobody has', 'GET /runs', {
    headers: { authorization: `Bearer sk_nobody_${'0'.repeat(40)}` },
  });
  await wire.ask('two positions', 'GET /runs', { headers: { 'last-event-id': ['1', '2'] } });
  for (const key of ['', 'é', 'x'.repeat(256)])
    await wire.ask(`an Idempotency-Key of ${key.length} characters`, 'POST /workflows/create', {
      body: { userId: 'ann', input: 'List the token symbols' },
      headers: { 'idempotency-key': key },
    });
}

async function badSockets(wire: Wire): Promise<void> {
  await wire.socket('a socket where there is no stream', '/nothing');
  await wire.socket('a socket of no run', '/runs/nobody/events');
  await wire.socket('a socket of no workflow', '/workflows/nobody/stream');
  await wire.socket('a socket from another origin', '/events', {
    headers: { origin: 'https://example.com' },
  });
  await wire.socket('a socket with a bad position', '/events?after=nonsense');
}
