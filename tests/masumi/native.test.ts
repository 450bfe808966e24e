import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../api/support/api.ts';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import {
  agentOf,
  APPROVAL,
  expectProblem,
  FAILING,
  get,
  HYMN,
  LONG,
  PICKY,
  post,
  RESULTS,
  sell,
  startJob,
  statusOf,
  until,
} from './support/client.ts';

let app: MasumiApp;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

beforeAll(async () => {
  app = await startMasumiApp();
  sell(app, HYMN, APPROVAL, LONG, FAILING, PICKY, RESULTS);
});
afterAll(() => app.close());

async function order(key: string, inputs: object): Promise<string> {
  const { status, body, text } = await post(app, `/${key}/runs`, { inputs });
  expect(status, text).toBe(200);
  return String(body['id']);
}

const read = async (key: string, id: string): Promise<Answer['body']> =>
  (await get(app, `/${key}/runs/${id}`)).body;

describe('A run of the native API', () => {
  test('is ordered with a payment, and shows its result, events and times', async () => {
    const created = await post(app, `/${HYMN}/runs`, { inputs: { topic: 'autumn' }, payment_amount: 10.0 });
    const { body } = created;
    expect(body).toEqual({
      id: expect.any(String),
      run_id: body['id'],
      status: 'running',
      payment_id: expect.stringMatching(/^SIMULATED-/),
      payment: {
        blockchainIdentifier: body['payment_id'],
        payByTime: expect.any(Number),
        submitResultTime: expect.any(Number),
        unlockTime: expect.any(Number),
        externalDisputeUnlockTime: expect.any(Number),
        agentIdentifier: agentOf(HYMN),
        sellerVKey: 'the configured key',
        identifierFromPurchaser: expect.stringMatching(/^[0-9a-f]{20}$/),
        purchaserNonce: expect.any(String),
        amounts: [{ amount: 10_000_000, unit: 'lovelace' }],
        input_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        inputHash: expect.any(String),
      },
      created_at: expect.stringMatching(ISO),
    });
    const id = String(body['id']);
    await until(app, HYMN, id, 'completed');
    const done = await read(HYMN, id);
    const output = expect.stringContaining('# Hymn to autumn');
    expect(done).toMatchObject({
      id,
      run_id: id,
      flow_key: HYMN,
      status: 'completed',
      result: { output, kind: 'Markdown', final: { Markdown: { body: output } } },
      error_code: null,
      error_message: null,
      payment_id: body['payment_id'],
      payment: { ...(body['payment'] as object), on_chain_state: null, next_action: null, refund: 'none' },
      created_at: body['created_at'],
    });
    for (const name of ['updated_at', 'started_at', 'completed_at']) expect(done[name]).toMatch(ISO);
    const events = done['events'] as { id: string; event: string; timestamp: number; data: string }[];
    expect(events.map(({ event }) => event)).toEqual(['status', 'meta', 'status', 'status']);
    expect(events.at(-1)).toEqual({
      id: expect.any(String),
      event: 'status',
      timestamp: expect.any(Number),
      data: 'finished',
    });
    expect(new Set(events.map(({ id: eventId }) => eventId)).size).toBe(events.length);
  });

  test('that is not finished has no result and no end', async () => {
    const id = await order(LONG, { seconds: 2 });
    const running = await read(LONG, id);
    expect(running).toMatchObject({ status: 'running', result: null, completed_at: null, error_code: null });
    await until(app, LONG, id, 'completed');
    expect(await read(LONG, id)).toMatchObject({ result: { output: '<p>done</p>', kind: 'HTML' } });
  });

  test.each([
    [FAILING, { how: 'known' }, 'flow_failed', 'the model is not available'],
    [FAILING, { how: 'unknown' }, 'flow_failed', 'no luck today'],
    [PICKY, { word: 'a' }, 'flow_rejected_input', 'not this one'],
  ])('of %s that fails says why: %j', async (key, inputs, code, message) => {
    const id = await order(key, inputs);
    const failed = await until(app, key, id, 'failed');
    expect(failed).toMatchObject({ error_code: code, message: expect.stringContaining(message) });
    expect(await read(key, id)).toMatchObject({
      status: 'failed',
      result: null,
      error_code: code,
      error_message: expect.stringContaining(message),
      payment: { refund: 'none' },
    });
  });

  test.each([
    ['int', 'int', '42'],
    ['none', 'TypeError', 'None'],
    ['list', '__list__', '[1,"two",{"three":3}]'],
  ])('shows results of other classes, too (%s)', async (name, kind, output) => {
    const id = await order(RESULTS, { kind: name });
    await until(app, RESULTS, id, 'completed');
    const { result } = await read(RESULTS, id);
    expect(result).toMatchObject({ kind, output: expect.stringMatching(/./) });
    if (name !== 'list') expect(result).toMatchObject({ output });
  });
});

describe('The catalogue', () => {
  test('lists flows with the fields of all families and their own, sorted', async () => {
    const { text } = await get(app, '/flows');
    const flows = JSON.parse(text) as Record<string, unknown>[];
    const ids = flows.map(({ id }) => String(id));
    expect(ids).toEqual([...ids].toSorted((a, b) => (a < b ? -1 : 1)));
    const hymn = flows.find(({ key }) => key === HYMN);
    expect(hymn).toEqual({
      id: HYMN,
      flow_id: HYMN,
      key: HYMN,
      family: 'masumi',
      name: 'Hymn',
      description: 'Writes a short hymn about a topic.',
      version: '1.0.1',
      nodes: [],
      entry_point: null,
      exit_points: [],
      tags: ['sample', 'text'],
      author: 'steward@example.com',
      organization: 'Steward',
      url: '/-/localhost/8001/hymn/-/',
      agent_identifier: agentOf(HYMN),
      agentIdentifier: agentOf(HYMN),
      enabled: true,
      is_active: true,
      executable: false,
      input_schema: { input_data: expect.any(Array) },
      metadata: {},
      created_by: null,
      created_at: null,
      updated_at: null,
    });
    expect((await get(app, `/${HYMN}`)).body).toEqual(hymn);
    expect(flows.find(({ name }) => name === 'Every element')).toMatchObject({
      version: '1.0.0',
      enabled: false,
      agent_identifier: null,
    });
    expect((await get(app, '/flows?family=reasoning')).text).toBe('[]');
  });
});

describe('Health', () => {
  test('names its parts, and is degraded while Kodosumi is down or slow', async () => {
    const { status, body } = await get(app, '/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'healthy',
      service: 'steward-masumi',
      version: '0.0.0-test',
      kodosumi_connection: { is_healthy: true },
      payment_service: { is_healthy: false, simulated: true },
      database: { is_healthy: true },
    });
    app.kodosumi.control.slow(3000);
    // The last look at it counts for five seconds.
    await expect.poll(async () => (await get(app, '/health')).body['status']).toBe('degraded');
    const { body: slow } = await get(app, '/health');
    app.kodosumi.control.slow(0);
    expect(slow).toMatchObject({
      status: 'degraded',
      kodosumi_connection: { is_healthy: false },
      database: { is_healthy: true },
    });
  });
});

describe('The engine’s own routes', () => {
  test('show a job as a run with its events', async () => {
    const { body: started } = await startJob(app, HYMN, 'engine', { topic: 'autumn' });
    const id = String(started['id']);
    await until(app, HYMN, id, 'completed');
    const { body: run } = await get(app, `/runs/${id}`);
    expect(run).toMatchObject({
      id,
      family: 'masumi',
      kind: HYMN,
      status: 'completed',
      input: { identifier_from_purchaser: 'engine', input_data: { topic: 'autumn' } },
      output: { kind: 'Markdown', output: expect.stringContaining('# Hymn to autumn') },
      error: null,
      steps: [{ id: 'flow', status: 'completed' }],
    });
    const { body: page } = await get(app, `/runs/${id}/events?limit=1000`);
    const types = (page['events'] as { type: string }[]).map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['run.running', 'step.started', 'step.completed', 'run.completed']),
    );
    const { body: list } = await get(app, '/runs?family=masumi&status=completed');
    expect((list['runs'] as { id: string }[]).map((each) => each.id)).toContain(id);
  });

  test.each([
    [LONG, { seconds: 60 }, 'running'],
    [APPROVAL, { message: 'cancel me' }, 'awaiting_input'],
  ])('cancel a job of %s, whose run at Kodosumi is killed', async (key, inputs, status) => {
    const id = await order(key, inputs);
    await until(app, key, id, status);
    const fid = async () =>
      (await app.db.pool.query<{ fid: string | null }>('select fid from job where run_id = $1', [id])).rows[0]
        ?.fid;
    await expect.poll(fid).toBeTruthy();
    const known = await fid();
    const fids = () => app.kodosumi.control.runs().map((run) => run.fid);
    expect(fids()).toContain(known);
    const { status: answered, text } = await post(app, `/runs/${id}/cancel`, { reason: 'changed my mind' });
    expect(answered, text).toBe(200);
    const failed = await until(app, key, id, 'failed');
    expect(failed).toMatchObject({ error_code: 'cancelled', message: expect.stringMatching(/./) });
    await expect.poll(async () => (await get(app, `/runs/${id}`)).body['status']).toBe('cancelled');
    expect(fids()).not.toContain(known);
    expect((await get(app, `/runs/${id}`)).body['steps']).toMatchObject([
      { id: 'flow', status: 'compensated' },
    ]);
    expect(await read(key, id)).toMatchObject({ status: 'failed', error_code: 'cancelled', result: null });
    expect((await post(app, `/runs/${id}/cancel`, {})).status).toBe(200);
    const late = await post(app, `/mip003/${key}/provide_input`, { job_id: id, input_data: {} });
    expectProblem(late, 409, 'not_awaiting_input');
    expect(await statusOf(app, key, id)).not.toHaveProperty('input_schema');
  });
});
