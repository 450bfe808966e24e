import { scenario } from '../scenario.ts';
import { RUN_ENDED, untilEnded, untilPlanned } from './workflows.ts';

export const FREE = { userId: 'ann', input: 'List the token symbols' };

/** A task that costs nothing, from its order to everything that can be read of it. */
export const free = scenario('free', async (wire) => {
  const key = { 'idempotency-key': 'free-1' };
  const created = await wire.ask('create', 'POST /workflows/create', { body: FREE, headers: key });
  const id = String(created.json['workflow']!['id']);
  await wire.ask('create again', 'POST /workflows/create', { body: FREE, headers: key });
  await wire.ask('create another with the same key', 'POST /workflows/create', {
    body: { ...FREE, userId: 'bob' },
    headers: key,
  });
  const { planHash } = await untilPlanned(wire, id);
  await wire.ask('planned', `GET /workflows/${id}`);
  await wire.ask('planned, as a run', `GET /runs/${id}`);
  await wire.ask('steps before they are taken', `GET /workflows/${id}/steps`);
  await wire.ask('events so far', `GET /runs/${id}/events`);
  await wire.ask('what waits for approval', 'GET /approvals?status=pending');
  await wire.ask('no receipt yet', `GET /runs/${id}/receipt`);
  await wire.ask('what a cancel would do', `POST /runs/${id}/cancel?preview=true`, { body: {} });
  await wire.ask('rerun before the end', `POST /runs/${id}/rerun`, { body: {} });
  await wire.ask('resume what does not wait', `POST /runs/${id}/inputs`, { body: { data: { a: 1 } } });
  const approve = `POST /workflows/${id}/approve`;
  await wire.ask('approve another plan', approve, { body: { planHash: '0'.repeat(64) } });
  await wire.ask('approve with a bad hash', approve, { body: { planHash: 'nonsense' } });
  await wire.ask('approve with a bad signature', approve, { body: { planHash, signature: 'x' } });
  const keyed = { body: { planHash }, headers: { 'idempotency-key': 'free-2' } };
  await wire.ask('approve', approve, keyed);
  await wire.ask('approve again', approve, keyed);
  await untilEnded(wire, id);
  await wire.ask('approve what has ended', approve, { body: { planHash } });
  await wire.ask('cancel what has ended', `POST /workflows/${id}/cancel`, { body: {} });
  await wire.ask('cancel what has ended, as a run', `POST /runs/${id}/cancel`, { body: {} });
  await wire.ask('done', `GET /workflows/${id}`);
  await wire.ask('done, as a run', `GET /runs/${id}`);
  await wire.ask('steps', `GET /workflows/${id}/steps`);
  await wire.ask('approvals', 'GET /approvals');
  await wire.ask('tasks of the user', 'GET /users/ann/workflows');
  await wire.ask('runs', 'GET /runs?family=reasoning&status=completed&subject=ann&q=wf_&limit=1');
  await wire.ask('receipt', `GET /runs/${id}/receipt`);

  await wire.ask('events, a page', `GET /runs/${id}/events?limit=2`);
  await wire.ask('events, the next page', `GET /runs/${id}/events?after=2&limit=2`);
  const sse = { accept: 'text/event-stream' };
  await wire.ask('events as SSE', `GET /runs/${id}/events`, { headers: sse });
  await wire.ask('events as SSE from a position', `GET /runs/${id}/events`, {
    headers: { ...sse, 'last-event-id': '4' },
  });
  await wire.ask('events as SSE from another position', `GET /runs/${id}/events?after=5`, { headers: sse });
  await wire.ask('events as SSE from the end', `GET /runs/${id}/events?after=999`, { headers: sse });
  await wire.ask('a bad position', `GET /runs/${id}/events`, { headers: { ...sse, 'last-event-id': 'x' } });
  await wire.ask("the family's stream as SSE", `GET /workflows/${id}/stream`, { headers: sse });
  await wire.ask("the family's stream from a position", `GET /workflows/${id}/stream?after=4`, {
    headers: sse,
  });
  await wire.ask("the family's stream without saying how", `GET /workflows/${id}/stream`);
  await wire.socket('events by WebSocket', `/runs/${id}/events?after=0`);
  await wire.socket('events by WebSocket from a position', `/runs/${id}/events?after=4`);
  await wire.socket('events by WebSocket from the end', `/runs/${id}/events?after=999`);
  await wire.socket("the family's stream by WebSocket", `/workflows/${id}/stream?after=0`);
  await wire.socket("the family's stream by WebSocket from a position", `/workflows/${id}/stream?after=4`);

  await wire.ask('rerun from a step that is not there', `POST /runs/${id}/rerun`, {
    body: { from_step: 'x' },
  });
  await wire.ask('rerun all that ended well', `POST /runs/${id}/rerun`, { body: {} });
  const again = await wire.ask('rerun from a step', `POST /runs/${id}/rerun`, {
    body: { from_step: 'token_symbols' },
    headers: { 'idempotency-key': 'free-3' },
  });
  const rerun = String(again.json['run_id']);
  await wire.until(
    `GET /runs/${rerun}`,
    ({ status }) => RUN_ENDED.test(String(status)) || String(status) === 'awaiting_approval',
  );
  await wire.ask('the rerun', `GET /runs/${rerun}`);
  await wire.ask('its events', `GET /runs/${rerun}/events`);
});
