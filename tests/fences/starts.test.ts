import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { FamilyModule } from '../../api/family.ts';
import { defineRoute } from '../../api/route.ts';
import type { WorkflowStart } from '../../api/runs/start-request.ts';
import { startRun } from '../../api/runs/start.ts';
import { sweepStarts } from '../../api/runs/sweep.ts';
import { ask, openStack, type Answer, type ApiStack } from '../api/support/api.ts';
import { uniqueTaskQueue } from '../support/temporal.ts';

const taskQueue = uniqueTaskQueue('starts');
const start: WorkflowStart = { workflowType: 'nobody-works-on-it', args: [], taskQueue };
const jobs = defineRoute({
  method: 'post',
  path: '/jobs',
  summary: 'Starts a run',
  tags: ['jobs'],
  scope: 'operate',
  idempotent: true,
  body: z.object({ text: z.string() }),
  responses: { 201: { description: 'Started.', schema: z.object({ id: z.string() }) } },
  async handler(ctx, { body }) {
    const id = randomUUID();
    const { tenant } = ctx.principal;
    const run = {
      id,
      tenant,
      family: 'jobs',
      kind: 'job',
      subject: 'user',
      workflowId: id,
      input: body,
      settings: {},
    };
    const { runId } = await startRun(ctx.deps, { run, start, claim: ctx.claim });
    return { status: 201, body: { id: runId } };
  },
});
const family: FamilyModule = { name: 'jobs', description: 'Jobs.', routes: [jobs], restart: () => start };
const WAITS = { pendingMs: 0, claimMs: 0 };

let stack: ApiStack;
beforeAll(async () => {
  stack = await openStack();
});
afterAll(() => stack.close());

/** A request whose API is held up after its run was written and before it is started. */
async function heldUp(
  headers: Record<string, string> = {},
): Promise<{ runId: string; goOn(): Promise<Answer>; again(): Promise<Answer> }> {
  const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isHeld = false;
  const api = await stack.start({
    families: [family],
    settings: { sweepWaits: { pendingMs: 600_000, claimMs: 600_000 } },
    async checkpoint(point) {
      if (point !== 'run.committed' || isHeld) return;
      isHeld = true;
      reached.resolve();
      await gate.promise;
    },
  });
  const answer = ask(api, '/jobs', { method: 'POST', body: { text: 'x' }, headers });
  await reached.promise;
  const { rows } = await stack.db.pool.query<{ id: string }>(
    'select id from run order by created_at desc limit 1',
  );
  return {
    runId: rows[0]!.id,
    goOn() {
      gate.resolve();
      return answer;
    },
    again: () => ask(api, '/jobs', { method: 'POST', body: { text: 'x' }, headers }),
  };
}

const sweep = () => sweepStarts(stack.deps({ families: [family] }), WAITS);
const statusOf = async (runId: string): Promise<unknown> =>
  (await stack.db.pool.query('select status from run where id = $1', [runId])).rows[0]?.status;

async function eventsOf(workflowId: string): Promise<string[]> {
  const { events = [] } = await stack.deps().temporal.workflow.getHandle(workflowId).fetchHistory();
  const cancelled = 'workflowExecutionCancelRequestedEventAttributes';
  const started = 'workflowExecutionStartedEventAttributes';
  return (events ?? []).flatMap((event) => [
    ...(event[started] ? ['started'] : []),
    ...(event[cancelled] ? ['told to end'] : []),
  ]);
}

/** A sweep after the time in which clients may repeat a start whose outcome is unknown. */
async function callOff(runId: string): Promise<void> {
  await stack.db.pool.query(`update run set start_state = 'start_unknown' where id = $1`, [runId]);
  await stack.db.pool.query('update idempotency set locked_until = now() where run_id = $1', [runId]);
  expect(await sweep()).toEqual({ seen: 1, moved: 1 });
  expect(await statusOf(runId)).toBe('cancelled');
}

test('an orphan that a sweep has started is not started again by its late request', async () => {
  const { runId, goOn } = await heldUp({ 'idempotency-key': randomUUID() });
  expect(await sweep()).toEqual({ seen: 1, moved: 1 });
  const { status, body } = await goOn();
  expect([status, body]).toEqual([201, { id: runId }]);
  expect(await eventsOf(runId)).toEqual(['started']);
});

test('the late request of a start that was called off is to be sent again, and begins anew: no client hears of the dead run', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const { runId, goOn, again } = await heldUp(headers);
  await callOff(runId);
  // Another try may have been answered meanwhile, so this one does nothing more.
  expect((await goOn()).body).toMatchObject({ status: 409, code: 'idempotency_in_progress' });
  const { status, body } = await again();
  expect(status).toBe(201);
  expect(body['id']).not.toBe(runId);
  expect(await statusOf(runId)).toBe('cancelled');
  expect(await eventsOf(runId)).toEqual(['started', 'told to end']);
  expect(await eventsOf(String(body['id']))).toEqual(['started']);
});

test('the late request of a start that was called off learns of that when it has no key', async () => {
  const { runId, goOn } = await heldUp();
  await callOff(runId);
  expect((await goOn()).body).toMatchObject({ status: 503, code: 'unavailable', run_id: runId });
  expect(await eventsOf(runId)).toEqual(['started', 'told to end']);
});

test('a start is not called off while its request is at work, nor once a client was told of it', async () => {
  const key = randomUUID();
  const { runId, goOn } = await heldUp({ 'idempotency-key': key });
  await stack.db.pool.query(`update run set start_state = 'start_unknown' where id = $1`, [runId]);
  expect(await sweep()).toEqual({ seen: 1, moved: 0 });
  expect((await goOn()).body).toEqual({ id: runId });
  await stack.db.pool.query(`update run set start_state = 'start_unknown' where id = $1`, [runId]);
  expect(await sweep()).toEqual({ seen: 1, moved: 1 });
  expect(await statusOf(runId)).toBe('created');
  expect(await eventsOf(runId)).toEqual(['started']);
});

/** What a sweep has written when it is stopped before it asks Temporal. */
const markCalledOff = (runId: string): Promise<unknown> =>
  stack.db.pool.query(`update run set start_state = 'abandoned', called_off_at = now() where id = $1`, [
    runId,
  ]);

test('a start that was called off is told to end until it ends, even if a worker begins it first', async () => {
  const { runId, goOn } = await heldUp();
  await markCalledOff(runId);
  expect((await goOn()).body).toMatchObject({ status: 503, run_id: runId });
  const first = { key: 'run.planning', type: 'run.planning', data: {}, status: 'planning' } as const;
  await stack.deps().journal.append({ runId, events: [first] });
  expect(await sweep()).toEqual({ seen: 1, moved: 1 });
  expect(await sweep()).toEqual({ seen: 1, moved: 1 });
  expect(await statusOf(runId)).toBe('planning');
  expect((await eventsOf(runId)).slice(0, 2)).toEqual(['started', 'told to end']);
  const last = { key: 'run.cancelled', type: 'run.cancelled', data: {}, status: 'cancelled' } as const;
  await stack.deps().journal.append({ runId, events: [last] });
  expect(await sweep()).toEqual({ seen: 0, moved: 0 });
});

test('the next sweep finishes what a sweep left that was stopped after it called a start off', async () => {
  const { runId, goOn } = await heldUp();
  await markCalledOff(runId);
  expect(await sweep()).toEqual({ seen: 1, moved: 1 });
  expect(await statusOf(runId)).toBe('cancelled');
  expect((await goOn()).status).toBe(503);
});
