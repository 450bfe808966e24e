import { scenario } from '../scenario.ts';
import type { Wire } from '../wire.ts';
import { create, untilEnded, untilPlanned } from './workflows.ts';

const FREE = { userId: 'dora', input: 'List the token symbols' };
const PAID = { userId: 'poor', input: 'What is the sentiment of "Strong growth and good profit."?' };

/** What people decide about tasks, by every way, and how tasks end that come to nothing. */
export const decisions = scenario('decisions', async (wire) => {
  await badOrders(wire);
  await noPlan(wire);
  await rejected(wire);
  await cancelled(wire);
  await byEngine(wire);
  await bySocket(wire);
  await withoutMoney(wire);
  const first = await wire.ask('a page of tasks', 'GET /users/dora/workflows?limit=2');
  const next = String(first.json['nextCursor']);
  await wire.ask('the next page', `GET /users/dora/workflows?limit=1&cursor=${next}`);
  await wire.ask('a page of approvals', 'GET /approvals?status=rejected&limit=10');
});

async function badOrders(wire: Wire): Promise<void> {
  const line = 'POST /workflows/create';
  for (const [title, body] of [
    ['too short', { userId: 'dora', input: 'short' }],
    ['too long', { userId: 'dora', input: 'x'.repeat(5001) }],
    ['no user', { input: FREE.input }],
    ['a strange user', { ...FREE, userId: 'a b' }],
    ['a negative maximum', { ...FREE, maxCost: -1 }],
    ['a maximum that is no number', { ...FREE, maxCost: 'much' }],
    ['a maximum with too many digits', { ...FREE, maxCost: 0.0000001 }],
    ['a time that is no whole number', { ...FREE, maxTime: 1.5 }],
    ['metadata that are no object', { ...FREE, metadata: [] }],
  ] as const)
    await wire.ask(`an order with ${title}`, line, { body });
}

async function noPlan(wire: Wire): Promise<void> {
  const id = await create(wire, { userId: 'dora', input: 'Translate this into Latin' });
  await untilEnded(wire, id);
  await wire.ask('a task that no service does', `GET /workflows/${id}`);
  await wire.ask('as a run', `GET /runs/${id}`);
  await wire.ask('its events', `GET /workflows/${id}/stream`, { headers: { accept: 'text/event-stream' } });
  await wire.ask('its steps', `GET /workflows/${id}/steps`);
  await wire.ask('approve it', `POST /workflows/${id}/approve`, { body: {} });
  await wire.ask('its receipt', `GET /runs/${id}/receipt`);
  const dear = await create(wire, { ...PAID, maxCost: 0.001 });
  await untilEnded(wire, dear);
  await wire.ask('a task that costs more than its maximum', `GET /workflows/${dear}`);
}

async function rejected(wire: Wire): Promise<void> {
  const id = await create(wire, { ...FREE, metadata: { b: 1, a: [true, null, 1.5] } });
  await untilPlanned(wire, id);
  const { approvals } = await wire.until('GET /approvals?status=pending', (json) =>
    json['approvals']!.some((one) => String(one['run_id']) === id),
  );
  const approval = String(approvals!.find((one) => String(one['run_id']) === id)!['id']);
  const line = `POST /approvals/${approval}`;
  await wire.ask('a decision that is none', line, { body: { decision: 'perhaps' } });
  await wire.ask('approve another plan', line, { body: { decision: 'approve', plan_hash: 'other' } });
  const body = { decision: 'reject', reason: 'too soon' };
  const headers = { 'idempotency-key': 'reject-1' };
  await wire.ask('reject', line, { body, headers });
  await wire.ask('reject again', line, { body, headers });
  await wire.ask('reject once more, without a key', line, { body });
  await untilEnded(wire, id);
  await wire.ask('rejected', `GET /workflows/${id}`);
  await wire.ask('as a run', `GET /runs/${id}`);
  await wire.socket('its stream', `/workflows/${id}/stream?after=0`);
}

async function cancelled(wire: Wire): Promise<void> {
  const id = await create(wire, FREE);
  await untilPlanned(wire, id);
  const line = `POST /workflows/${id}/cancel`;
  await wire.ask('a reason that is too long', line, { body: { reason: 'x'.repeat(1001) } });
  const keyed = { body: { reason: 'changed my mind' }, headers: { 'idempotency-key': 'cancel-1' } };
  await wire.ask('cancel', line, keyed);
  await wire.ask('cancel again', line, keyed);
  await untilEnded(wire, id);
  await wire.ask('cancel once more', line, { body: {} });
  await wire.ask('cancelled', `GET /workflows/${id}`);
  await wire.ask('its events', `GET /runs/${id}/events`);
  await wire.ask('approve it', `POST /workflows/${id}/approve`, { body: {} });
  await wire.ask('its receipt', `GET /runs/${id}/receipt`);
}

async function byEngine(wire: Wire): Promise<void> {
  const id = await create(wire, FREE);
  const { planHash } = await untilPlanned(wire, id);
  const { approvals } = await wire.until('GET /approvals?status=pending', (json) =>
    json['approvals']!.some((one) => String(one['run_id']) === id),
  );
  const approval = String(approvals!.find((one) => String(one['run_id']) === id)!['id']);
  const body = { decision: 'approve', plan_hash: planHash };
  await wire.ask('resume with another plan', `POST /runs/${id}/resume`, { body: { plan_hash: 'other' } });
  await wire.ask('approve in the engine', `POST /approvals/${approval}`, { body });
  await untilEnded(wire, id);
  await wire.ask('approve what has ended', `POST /approvals/${approval}`, { body });
  await wire.ask('resume what has ended', `POST /runs/${id}/resume`, { body: {} });
  await wire.ask('the run', `GET /runs/${id}`);
}

async function bySocket(wire: Wire): Promise<void> {
  const id = await create(wire, FREE);
  const { planHash } = await untilPlanned(wire, id);
  await wire.socket('commands', `/runs/${id}/events?after=0`, {
    after: 4,
    say: [
      'no JSON',
      '[]',
      '{"type":1}',
      Buffer.from('{"type":"cancel"}'),
      { type: 'perhaps', id: 'a' },
      { type: 'input', id: 'b' },
      { type: 'input', id: 'c', data: { a: 1 } },
      { type: 'approve', id: 'd', plan_hash: 'other' },
      { type: 'approve', id: 'e', plan_hash: planHash },
    ],
  });
  const other = await create(wire, FREE);
  await untilPlanned(wire, other);
  await wire.socket('reject by WebSocket', `/runs/${other}/events?after=0`, {
    after: 4,
    say: [{ type: 'reject', id: 1, reason: 'no' }],
  });
  const third = await create(wire, FREE);
  await untilPlanned(wire, third);
  await wire.socket("the family's stream takes nothing", `/workflows/${third}/stream?after=0`, {
    after: 4,
    say: [{ type: 'cancel', id: 'x' }],
    frames: 5,
  });
  await wire.socket('cancel by WebSocket', `/runs/${third}/events?after=0`, {
    after: 4,
    say: [{ type: 'cancel', id: 'x', reason: 'enough' }],
  });
}

async function withoutMoney(wire: Wire): Promise<void> {
  const id = await create(wire, PAID);
  const { planHash } = await untilPlanned(wire, id);
  const line = `POST /workflows/${id}/approve`;
  await wire.ask('a plan that costs', `GET /workflows/${id}`);
  await wire.ask('approve without an escrow', line, { body: { planHash } });
  await wire.ask('approve with a maximum that is too low', line, {
    body: { planHash, limits: { maxTotalAmount: 0.001 } },
  });
  await wire.ask('approve with limits that are none', line, { body: { limits: { maxTotalAmount: 'x' } } });
  await wire.ask('approve until a time that has passed', line, { body: { planHash, expiresAt: 1 } });
  await wire.quiet(`POST /workflows/${id}/cancel`, { body: {} });
}
