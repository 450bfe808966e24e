import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FamilyModule } from '../../api/family.ts';
import { defineRoute } from '../../api/route.ts';
import type { WorkflowStart } from '../../api/runs/start-request.ts';
import { startRun } from '../../api/runs/start.ts';
import { sweepStarts } from '../../api/runs/sweep.ts';
import { connect, uniqueTaskQueue, type TemporalTestClient } from '../support/temporal.ts';
import { ask, openStack, type ApiStack } from './support/api.ts';
import { createWriter, listen } from './support/streams.ts';

const taskQueue = uniqueTaskQueue('api');
const start: WorkflowStart = { workflowType: 'probeRun', args: [], taskQueue, summary: 'a probe' };
let made = 0;

/** POST /jobs starts a run. */
const jobs = defineRoute({
  method: 'post',
  path: '/jobs',
  summary: 'Starts a run',
  tags: ['jobs'],
  scope: 'operate',
  idempotent: true,
  body: z.object({ text: z.string() }),
  responses: { 201: { description: 'Started.', schema: z.object({ id: z.string(), created: z.boolean() }) } },
  async handler(ctx, { body }) {
    made += 1;
    const id = `job-${made}`;
    const run = {
      id,
      tenant: ctx.principal.tenant,
      family: 'jobs',
      kind: 'job',
      subject: 'user-1',
      workflowId: `${taskQueue}-${id}`,
      input: body,
      settings: {},
    };
    const { runId, created } = await startRun(ctx.deps, { run, start, claim: ctx.claim });
    return { status: 201, body: { id: runId, created } };
  },
});
const family: FamilyModule = { name: 'jobs', description: 'Jobs.', routes: [jobs], restart: () => start };

let stack: ApiStack;
let api: { url: string };
let temporal: TemporalTestClient;
let worker: Worker;
let working: Promise<void>;
let writer: ReturnType<typeof createWriter>;

beforeAll(async () => {
  stack = await openStack();
  api = await stack.start({ families: [family] });
  temporal = await connect();
  const workflowsPath = fileURLToPath(new URL('./support/workflows.ts', import.meta.url));
  worker = await Worker.create({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue,
    workflowsPath,
  });
  working = worker.run();
  writer = createWriter(stack.db);
});
afterAll(async () => {
  worker.shutdown();
  await working;
  await writer.close();
  await stack.close();
  await temporal.close();
});

const post = (path: string, body?: unknown, headers: Record<string, string> = {}, where = api) =>
  ask(where, path, { method: 'POST', body, headers });
const newJob = async (): Promise<string> => String((await post('/jobs', { text: 'x' })).body['id']);
const askApproval = (id: string, plan_hash = 'h1') =>
  writer.emit(id, {
    key: `asked:${plan_hash}`,
    type: 'approval.requested',
    data: {},
    status: 'awaiting_approval',
    approval: {
      id: `approval-${id}`,
      data: { reason: 'initial', plan_hash, maximum: { amount: '1.5', asset: 'USDC' }, payees: ['0xabc'] },
    },
  });

describe('starting runs', () => {
  it('shows the run with its ids at Temporal', async () => {
    const id = await newJob();
    const { body } = await ask(api, `/runs/${id}`);
    expect(body).toMatchObject({
      id,
      family: 'jobs',
      kind: 'job',
      status: 'created',
      input: { text: 'x' },
      output: null,
      last_seq: 0,
      steps: [],
    });
    const description = await temporal.client.workflow.getHandle(`${taskQueue}-${id}`).describe();
    expect(body['temporal']).toEqual({
      workflow_id: `${taskQueue}-${id}`,
      run_id: description.runId,
      url: `http://localhost:8233/namespaces/default/workflows/${taskQueue}-${id}/${description.runId}/history`,
    });
  });

  it('starts one run for one key, however often and to whichever API it is sent', async () => {
    const other = await stack.start({ families: [family] });
    const answers = await Promise.all(
      [api, other, api, other].map((where) =>
        post('/jobs', { text: 'once' }, { 'idempotency-key': 'start-1' }, where),
      ),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const { rows } = await stack.db.pool.query('select id from run where id = $1', [answers[0]?.body['id']]);
    expect(rows).toHaveLength(1);
  });

  it('tells the run id when Temporal is away, and the same request takes the run over', async () => {
    const away = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 200 }) });
    const cut = await stack.start({
      families: [family],
      temporal: away,
      settings: { commandTimeoutMs: 300 },
    });
    const key = { 'idempotency-key': 'start-2' };
    const failed = await post('/jobs', { text: 'later' }, key, cut);
    expect(failed.body).toMatchObject({
      status: 503,
      code: 'unavailable',
      run_id: expect.stringMatching(/^job-/),
    });
    expect(failed.headers.get('retry-after')).toBe('2');
    const again = await post('/jobs', { text: 'later' }, key);
    expect(again.body).toEqual({ id: failed.body['run_id'], created: false });
    expect((await ask(api, `/runs/${String(failed.body['run_id'])}`)).body['temporal']).toMatchObject({
      run_id: expect.any(String),
    });
    expect((await post('/jobs', { text: 'later' }, key)).headers.get('idempotent-replayed')).toBe('true');
    expect((await ask(cut, '/health')).body).toMatchObject({
      status: 'unhealthy',
      checks: { database: 'ok', temporal: 'down' },
    });
  });

  it('sweeps: orphans are started, and unknown starts that nobody claimed are called off', async () => {
    await writer.run('orphan', 'default', 'jobs');
    await writer.run('unclaimed', 'default', 'jobs');
    await stack.db.pool.query(
      "update run set created_at = now() - interval '2 minutes' where id in ('orphan', 'unclaimed')",
    );
    await stack.db.pool.query("update run set start_state = 'start_unknown' where id = 'unclaimed'");
    await expect.poll(async () => (await sweepStarts(stack.deps({ families: [family] }))).seen).toBe(0);
    expect((await temporal.client.workflow.getHandle('w-orphan').describe()).status.name).toBe('RUNNING');
    expect((await ask(api, '/runs/unclaimed')).body).toMatchObject({ status: 'cancelled', last_seq: 1 });
    await temporal.client.workflow.getHandle('w-orphan').terminate();
  });
});

describe('decisions', () => {
  it('approve through the workflow, with the event readable at once', async () => {
    const id = await newJob();
    await askApproval(id);
    const pending = (await ask(api, '/approvals?status=pending')).body['approvals'] as Record<
      string,
      unknown
    >[];
    expect(pending).toMatchObject([
      {
        id: `approval-${id}`,
        run_id: id,
        reason: 'initial',
        plan_hash: 'h1',
        maximum: { amount: '1.5', asset: 'USDC' },
      },
    ]);
    const decided = await post(`/approvals/approval-${id}`, { decision: 'approve' });
    expect(decided.status).toBe(200);
    const events = (await ask(api, `/runs/${id}/events`)).body['events'];
    expect(events).toMatchObject([
      { seq: 1, type: 'approval.requested' },
      { seq: 2, type: 'approval.granted', data: { by: 'local' } },
    ]);
    expect((await ask(api, `/runs/${id}`)).body).toMatchObject({
      status: 'running',
      approval: { id: `approval-${id}`, status: 'pending' },
    });
    await post(`/runs/${id}/cancel`);
  });

  it("pass on the workflow's refusals, and a later try is heard", async () => {
    const id = await newJob();
    await askApproval(id, 'poor');
    const poor = await post(`/approvals/approval-${id}`, { decision: 'approve' });
    expect(poor.body).toMatchObject({ status: 400, code: 'insufficient_escrow', detail: 'Please top up.' });
    expect(
      (await post(`/approvals/approval-${id}`, { decision: 'approve', plan_hash: 'h0' })).body,
    ).toMatchObject({ status: 409, code: 'plan_changed' });
    await post(`/approvals/approval-${id}`, { decision: 'approve' });
    const heard = await temporal.client.workflow.getHandle(`${taskQueue}-${id}`).query<unknown[]>('heard');
    expect(heard).toHaveLength(3);
    const rejected = await post(`/approvals/approval-${id}`, { decision: 'reject', reason: 'too dear' });
    expect(rejected.body).toMatchObject({ status: 'superseded' });
    expect((await ask(api, `/runs/${id}`)).body['status']).toBe('cancelled');
    expect((await post('/approvals/nobody', { decision: 'approve' })).body['code']).toBe(
      'approval_not_found',
    );
    expect((await post(`/approvals/approval-${id}`, { decision: 'perhaps' })).status).toBe(400);
  });

  it('are judged anew under the key of a refused one, and once they did something the key says so', async () => {
    const id = await newJob();
    await askApproval(id, 'poor');
    const approve = () =>
      post(`/approvals/approval-${id}`, { decision: 'approve' }, { 'idempotency-key': 'poor-1' });
    expect((await approve()).body).toMatchObject({ status: 400, code: 'insufficient_escrow' });
    expect((await approve()).status).toBe(200);
    await stack.db.pool.query("delete from idempotency where key = 'poor-1'"); // as if the answer was lost
    expect((await approve()).status).toBe(200);
    const heard = await temporal.client.workflow.getHandle(`${taskQueue}-${id}`).query<unknown[]>('heard');
    expect(heard).toHaveLength(2);
    await post(`/runs/${id}/cancel`);
  });

  it('cancel once; a repetition gets the same answer, and a run that ended otherwise cannot be cancelled', async () => {
    const id = await newJob();
    for (let i = 0; i < 2; i++)
      expect((await post(`/runs/${id}/cancel`, { reason: 'enough' })).body).toEqual({
        run_id: id,
        status: 'cancelled',
      });
    const done = await writer.run('done');
    await writer.end(done);
    expect((await post(`/runs/${done}/cancel`)).body).toMatchObject({ status: 409, code: 'cannot_cancel' });
    expect((await post('/runs/nobody/cancel')).body['code']).toBe('run_not_found');
    expect((await post(`/runs/${id}/cancel?preview=true`)).body['code']).toBe('cannot_cancel');
  });

  it('come over the WebSocket as well', async () => {
    const id = await newJob();
    await askApproval(id);
    const client = listen(api, `/runs/${id}/events?after=0`);
    await expect.poll(() => client.frames.length).toBe(2);
    client.send({ type: 'approve', id: 'one', plan_hash: 'h1' });
    client.send({ type: 'cancel', id: 'two' });
    expect((await client.closed).code).toBe(1000);
    expect(client.frames.find(({ type }) => type === 'ack')).toMatchObject({
      id: 'one',
      kind: 'approved',
      plan_hash: 'h1',
    });
    // The command that ends the run is answered, too, before the stream ends.
    expect(client.frames.filter(({ type }) => type === 'ack')).toHaveLength(2);
    expect(client.frames.filter(({ at }) => at)).toMatchObject([
      { seq: 1 },
      { seq: 2, type: 'approval.granted' },
      { seq: 3, type: 'run.cancelled' },
    ]);
  });

  it('hand a corrected answer over under the key of the refused one', async () => {
    const id = await newJob();
    const form = { inline: [{ id: 'a', type: 'number', label: 'A' }] };
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    await writer.emit(id, {
      key: 'wait',
      type: 'run.awaiting_input',
      data: {},
      status: 'awaiting_input',
      approval: {
        id: `${id}:input:strict`,
        data: { kind: 'input', prompt: 'A?', form, expires_at, can_answer: { scope: 'operate' } },
      },
    });
    const give = (a: number) =>
      post(`/runs/${id}/inputs`, { id: 'strict', data: { a } }, { 'idempotency-key': 'strict-1' });
    expect((await give(1)).body).toMatchObject({ status: 400, code: 'invalid_input' });
    expect((await give(2)).status).toBe(202);
    const heard = await temporal.client.workflow.getHandle(`${taskQueue}-${id}`).query<unknown[]>('heard');
    expect(heard).toHaveLength(2);
    await post(`/runs/${id}/cancel`);
  });

  it('hand inputs to a run that waits for them', async () => {
    const id = await newJob();
    expect((await post(`/runs/${id}/inputs`, { data: { a: 1 } })).body['code']).toBe('invalid_state');
    const form = { inline: [{ id: 'a', type: 'number', label: 'A' }] };
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    await writer.emit(id, {
      key: 'wait',
      type: 'run.awaiting_input',
      data: {},
      status: 'awaiting_input',
      approval: {
        id: `${id}:input:a`,
        data: { kind: 'input', prompt: 'A?', form, expires_at, can_answer: { scope: 'operate' } },
      },
    });
    expect((await post(`/runs/${id}/inputs`, { data: { a: 1 } })).status).toBe(202);
    const heard = () => temporal.client.workflow.getHandle(`${taskQueue}-${id}`).query<unknown[]>('heard');
    await expect.poll(heard).toMatchObject([{ by: 'local', id: 'a', hash: expect.any(String) }]);
    await post(`/runs/${id}/cancel`);
  });
});
