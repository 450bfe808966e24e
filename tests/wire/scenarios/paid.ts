import { scenario } from '../scenario.ts';
import type { Wire } from '../wire.ts';
import { create, untilEnded, untilPlanned } from './workflows.ts';

const sse = { accept: 'text/event-stream' };

/** Until every payment of a run is final on its chain, and so the receipt is. */
const untilFinal = (wire: Wire, id: string): Promise<unknown> =>
  wire.until(`GET /runs/${id}/receipt`, (json) => String(json['final']) === 'true');

/** Three steps, one after the other, two of them paid on a chain. */
export const paid = scenario('paid', async (wire) => {
  const id = await create(wire, {
    userId: 'rich',
    input: 'Analyze the sentiment of "Strong growth and good profit.", then write a report about it',
    maxCost: '1',
  });
  const { planHash } = await untilPlanned(wire, id);
  await wire.ask('planned', `GET /workflows/${id}`);
  await wire.ask('what would be approved', 'GET /approvals?status=pending&limit=1');
  await wire.ask('its stream from now to its end', `GET /workflows/${id}/stream`, {
    headers: sse,
    meanwhile: () =>
      wire.quiet(`POST /workflows/${id}/approve`, { body: { planHash, limits: { maxTotalAmount: 0.2 } } }),
  });
  await wire.ask('approve again', `POST /workflows/${id}/approve`, { body: { planHash } });
  await wire.ask('done', `GET /workflows/${id}`);
  await wire.ask('steps', `GET /workflows/${id}/steps`);
  await wire.socket('the events of the engine', `/runs/${id}/events?after=0`);
  await wire.ask('as a run', `GET /runs/${id}`);
});

/** A price rises after the approval: the run asks again. Cancelled there, the booking is undone and paid back. */
export const undone = scenario('undone', async (wire, { setPrice }) => {
  const task = {
    userId: 'rich',
    input:
      'Book a hotel room in Lisbon for 3 nights starting January 10, 2027 and summarise the confirmation',
  };
  const id = await create(wire, task);
  const { planHash } = await untilPlanned(wire, id);
  await wire.ask('planned', `GET /workflows/${id}`);
  await setPrice('text-summary', '0.09');
  await wire.quiet(`POST /workflows/${id}/approve`, { body: { planHash } });
  await wire.until(
    `GET /workflows/${id}`,
    ({ workflow }) =>
      String(workflow!['status']) === 'awaiting_approval' &&
      String(workflow!['approvalReason']) !== 'initial',
  );
  await wire.ask('dearer than approved', `GET /workflows/${id}`);
  await wire.ask('as a run', `GET /runs/${id}`);
  await wire.ask('asked again', 'GET /approvals?status=pending&limit=1');
  await wire.ask('approve the old plan', `POST /workflows/${id}/approve`, { body: { planHash } });
  await wire.ask('what a cancel would do', `POST /runs/${id}/cancel?preview=true`, { body: {} });
  await wire.ask('cancel', `POST /runs/${id}/cancel`, { body: { reason: 'too dear' } });
  await untilEnded(wire, id);
  await wire.ask('undone', `GET /workflows/${id}`);
  await wire.ask('its steps', `GET /workflows/${id}/steps`);
  await wire.ask('its stream', `GET /workflows/${id}/stream?after=0`, { headers: sse });
  await wire.ask('its events', `GET /runs/${id}/events`);

  const other = await create(wire, { userId: 'rich', input: 'Get the credit rating of Example Corp' });
  const next = await untilPlanned(wire, other);
  await wire.ask('a seller that refuses: the stream', `GET /workflows/${other}/stream`, {
    headers: sse,
    meanwhile: () => wire.quiet(`POST /workflows/${other}/approve`, { body: next }),
  });
  await wire.ask('a seller that refuses', `GET /workflows/${other}`);
  await wire.ask('a seller that refuses: as a run', `GET /runs/${other}`);
});

/** What is written down of all that was paid, once it is final on its chains. */
export const books = scenario('books', async (wire) => {
  const { json: tasks } = await wire.quiet('GET /users/rich/workflows?limit=100');
  const ids = tasks['workflows']!.map((one) => String(one['id']));
  for (const id of ids) await untilFinal(wire, id);
  const { json } = await wire.ask('payments', 'GET /payments');
  const payment = String(json['payments']![0]!['id']);
  await wire.ask('a payment', `GET /payments/${payment}`);
  for (const action of ['perhaps', 'declare_settled', 'reconcile'])
    await wire.ask(`do ${action}`, `POST /payments/${payment}/actions`, { body: { action } });
  for (const id of ids) await wire.ask('a receipt', `GET /runs/${id}/receipt`);
  await wire.ask('balance', 'GET /escrow/rich/balance');
  await wire.ask('history', 'GET /escrow/rich/history?limit=50');
  const { json: ledger } = await wire.ask('accounts', 'GET /ledger/accounts?limit=200');
  const account = ledger['accounts']!.find(
    (one) =>
      String(one['kind']) === 'escrow' &&
      String(one['owner']).includes('rich') &&
      String(one['posted']) !== '0',
  )!;
  await wire.ask(
    'transfers of an account',
    `GET /ledger/accounts/${encodeURIComponent(String(account['id']))}/transfers?limit=3`,
  );
  await wire.ask('check the books', 'POST /ledger/reconciliation', { body: {} });
  await wire.ask('the last check', 'GET /ledger/reconciliation');
});
