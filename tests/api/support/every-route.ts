/** How a route is asked about one run: the ids of the run and of what belongs to it. */
export interface Subject {
  run: string;
  owner: string;
  flow: string;
}

type Ask = (of: Subject) => { path: string; body?: object };

/**
 * What a route shows of runs. `engine` and `purchaser` routes name one run, or what belongs to it; `purchaser` is MIP-003's,
 * which visitors may use. `user` names the owner. `list` shows many runs. `stream` is a stream of one run. `none` shows
 * nothing of runs.
 */
export type Standing =
  | { kind: 'engine' | 'purchaser' | 'user'; family?: string; ask: Ask }
  | { kind: 'list'; path: string }
  | { kind: 'stream' }
  | { kind: 'none' };

const none: Standing = { kind: 'none' };
const engine = (ask: Ask): Standing => ({ kind: 'engine', ask });
const ofFamily = (family: string, kind: 'engine' | 'purchaser' | 'user', ask: Ask): Standing => ({
  kind,
  family,
  ask,
});
const workflow = (rest: string, body?: object): Standing =>
  ofFamily('reasoning', 'engine', ({ run }) => ({ path: `/workflows/${run}${rest}`, ...(body && { body }) }));
const user = (path: (owner: string) => string, body?: object): Standing =>
  ofFamily('reasoning', 'user', ({ owner }) => ({ path: path(owner), ...(body && { body }) }));
const list = (path: string): Standing => ({ kind: 'list', path });
const run = (rest: string, body?: object): Standing =>
  engine(({ run: id }) => ({ path: `/runs/${id}${rest}`, ...(body && { body }) }));

/** Every route that the API mounts, by method and path. A new route needs an entry here. */
export const STANDINGS: Readonly<Record<string, Standing>> = {
  'get /runs': list('/runs?limit=200'),
  'get /approvals': list('/approvals?limit=200'),
  'get /payments': list('/payments?limit=200'),
  'get /attention': list('/attention?limit=200'),
  'get /events': list('/events?limit=1000'),
  'get /budgets': list('/budgets?limit=200'),
  'get /ledger/accounts': list('/ledger/accounts?limit=200'),
  'get /ledger/reconciliation': list('/ledger/reconciliation'),
  'post /ledger/reconciliation': none,
  'get /runs/:id': run(''),
  'get /runs/:id/events': run('/events'),
  'get /runs/:id/receipt': run('/receipt'),
  'post /runs/:id/cancel': run('/cancel?preview=true', {}),
  'post /runs/:id/resume': run('/resume', {}),
  'post /runs/:id/rerun': run('/rerun', {}),
  'post /runs/:id/inputs': run('/inputs', { data: {} }),
  'post /approvals/:id': engine(({ run: id }) => ({
    path: `/approvals/approval-${id}`,
    body: { decision: 'reject' },
  })),
  'get /payments/:id': engine(({ run: id }) => ({ path: `/payments/payment-${id}` })),
  'post /payments/:id/actions': engine(({ run: id }) => ({
    path: `/payments/payment-${id}/actions`,
    body: { action: 'reconcile' },
  })),
  'get /budgets/:id': engine(({ run: id }) => ({ path: `/budgets/budget-${id}` })),
  'get /budgets/:id/entries': engine(({ run: id }) => ({ path: `/budgets/budget-${id}/entries` })),
  'post /attention/:id/resolve': engine(({ run: id }) => ({
    path: `/attention/item-${id}/resolve`,
    body: { note: 'Seen.' },
  })),
  'get /ledger/accounts/:id/transfers': engine(({ run: id }) => ({
    path: `/ledger/accounts/account-${id}/transfers`,
  })),
  'get /workflows/:id': workflow(''),
  'get /workflows/:id/steps': workflow('/steps'),
  'get /workflows/:id/stream': { kind: 'stream' },
  'post /workflows/:id/approve': workflow('/approve', {}),
  'post /workflows/:id/cancel': workflow('/cancel', {}),
  'get /users/:userId/workflows': user((owner) => `/users/${owner}/workflows`),
  'get /escrow/:userId/balance': user((owner) => `/escrow/${owner}/balance`),
  'get /escrow/:userId/history': user((owner) => `/escrow/${owner}/history`),
  'get /escrow/:userId/withdraw/quote': user(
    (owner) =>
      `/escrow/${owner}/withdraw/quote?amount=1&destination=GmFQZ6kpp5zSR1yUdjHJVrPTznTrHVZZxBVn5UaTTeVt`,
  ),
  'post /escrow/:userId/create': user((owner) => `/escrow/${owner}/create`, {
    userWallet: 'GmFQZ6kpp5zSR1yUdjHJVrPTznTrHVZZxBVn5UaTTeVt',
  }),
  'post /escrow/:userId/deposit': user((owner) => `/escrow/${owner}/deposit`, {
    amount: 1,
    signature: '1'.repeat(88),
  }),
  'post /escrow/:userId/withdraw': user((owner) => `/escrow/${owner}/withdraw`, {
    amount: 1,
    destination: 'GmFQZ6kpp5zSR1yUdjHJVrPTznTrHVZZxBVn5UaTTeVt',
  }),
  'get /:flow_key/runs/:id': ofFamily('masumi', 'engine', ({ run: id, flow }) => ({
    path: `/${flow}/runs/${id}`,
  })),
  'get /mip003/:flow_key/status': ofFamily('masumi', 'purchaser', ({ run: id, flow }) => ({
    path: `/mip003/${flow}/status?job_id=${id}`,
  })),
  'post /mip003/:flow_key/provide_input': ofFamily('masumi', 'purchaser', ({ run: id, flow }) => ({
    path: `/mip003/${flow}/provide_input`,
    body: { job_id: id, input_data: {} },
  })),
  ...Object.fromEntries(
    [
      'get /',
      'get /health',
      'get /livez',
      'get /readyz',
      'get /status',
      'get /metrics',
      'get /metrics/prometheus',
      'get /receipts/key',
      'get /flows',
      'get /agents',
      'get /services',
      'get /services/:id',
      'get /escrow/address',
      'post /budgets',
      'patch /budgets/:id',
      'delete /budgets/:id',
      'post /budgets/:id/reset',
      'get /ledger/surplus',
      'post /ledger/surplus/:id/assign',
      'get /admin/keys',
      'post /admin/keys',
      'post /admin/keys/:id/rotate',
      'post /admin/keys/:id/revoke',
      'post /stream-tickets',
      'post /workflows/create',
      'get /:flow_key',
      'post /:flow_key/runs',
      'get /agents/:id',
      'post /chat',
      'get /chat/:task_id', // chats are the tenant's
      'get /treasury',
      'put /agents/:id/budget',
      'post /agents/:id/pause',
      'post /agents/:id/resume',
      'get /services/health',
      'get /transactions',
      'get /transactions/:task_id/receipt',
      'get /policy/logs',
      'post /policy/simulate',
      'get /policy/conflicts',
      'post /policy/replay',
      'get /stats',
      'get /stats/trends',
      'post /reset',
      'get /alerts',
      'post /alerts/:id/ack',
      'get /admin/overview',
      'post /admin/reload',
      'post /admin/payments/halt',
      'post /admin/payments/resume',
      'get /omni/events',
      'get /omni/ws',
      'get /mip003/availability',
      'get /mip003/:flow_key/availability',
      'get /mip003/:flow_key/input_schema',
      'get /mip003/:flow_key/demo',
      'post /mip003/:flow_key/start_job',
    ].map((route) => [route, none]),
  ),
};
