import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createCaller, type Caller } from './support/http.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { aFreePlan, aPaidPlan, untilStatus } from './support/reasoning-plans.ts';

interface Frame {
  type: string;
  seq: number;
  data: Record<string, unknown>;
  [field: string]: unknown;
}

let app: ReasoningApp;
let api: Caller;
let id: string;
beforeAll(async () => {
  app = await startReasoningApp();
  api = createCaller(app.url);
  const userId = app.user({ plan: aPaidPlan() });
  await app.fund(userId, '5');
  id = (await api.post('/workflows/create', { userId, input: 'Analyze the last 30 days of DEX volume' })).body
    .workflow.id;
  await untilStatus(api, id, 'awaiting_approval');
  await api.post(`/workflows/${id}/approve`);
  await untilStatus(api, id, 'completed');
});
afterAll(() => app.close());

/** All frames of a socket until it closes, and the code it closed with. */
function collect(
  path: string,
  connected: () => unknown = () => undefined,
): Promise<{ frames: Frame[]; code: number }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}${path}`);
    const frames: Frame[] = [];
    socket.on('message', (text: Buffer) => {
      if (frames.push(JSON.parse(text.toString('utf8')) as Frame) === 1) connected();
    });
    socket.on('close', (code) => resolve({ frames, code }));
    socket.on('error', reject);
  });
}

describe('a stream', () => {
  test('replays everything in order, without gaps, in the contract’s words, and closes after the terminal event', async () => {
    const { frames, code } = await collect(`/workflows/${id}/stream?after=0`);
    expect(code).toBe(1000);
    const [connected, ...events] = frames;
    expect(connected).toEqual({ type: 'connected', workflowId: id, seq: 0, status: 'completed' });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    const types = events.map(({ type }) => type);
    expect(types.slice(0, 5)).toEqual([
      'workflow.planning',
      'workflow.plan_ready',
      'workflow.awaiting_approval',
      'workflow.approved',
      'workflow.executing',
    ]);
    expect(types.filter((type) => type === 'step.completed')).toHaveLength(2);
    expect(types.at(-1)).toBe('workflow.completed');
    for (const event of events)
      expect(event).toMatchObject({ workflowId: id, timestamp: expect.any(Number) });
  });

  test('shows money in whole units', async () => {
    const { frames } = await collect(`/workflows/${id}/stream?after=0`);
    const data = (type: string): Record<string, unknown> => frames.find((frame) => frame.type === type)!.data;
    expect(data('workflow.plan_ready')).toMatchObject({
      estimatedCost: 1.25,
      cached: false,
      plan: { steps: [{ estimatedCost: 0.75 }, {}], asset: 'USDC' },
    });
    expect(data('workflow.executing')).toMatchObject({ plan: { totalEstimatedCost: 1.25 } });
    expect(data('step.completed')).toMatchObject({
      step: 'a',
      result: { cost: 0.75, output: { from: 'a' } },
    });
    expect(data('workflow.completed')).toMatchObject({
      totalCost: 1.25,
      totalTime: expect.any(Number),
      output: { from: 'b' },
    });
  });

  test('resumes after any position, by query or by Last-Event-ID', async () => {
    const { frames } = await collect(`/workflows/${id}/stream?after=4`);
    expect(frames[0]).toMatchObject({ type: 'connected', seq: 4 });
    expect(frames[1]).toMatchObject({ seq: 5 });
    const sse = await fetch(`${app.url}/workflows/${id}/stream?after=1`, {
      headers: { accept: 'text/event-stream', 'last-event-id': '6' },
    });
    const text = await sse.text();
    expect(text).toMatch(/^event: connected\ndata: \{"type":"connected",/);
    expect(/^id: (\d+)$/m.exec(text)?.[1]).toBe('7');
    expect(text).toMatch(/event: workflow\.completed\ndata: .*\n\n$/);
  });

  test('goes live from its position at that moment', async () => {
    const userId = app.user({ plan: aFreePlan('live', 'a') });
    const live = (
      await api.post('/workflows/create', { userId, input: 'Analyze the last 30 days of DEX volume' })
    ).body.workflow.id;
    const { lastSeq } = await untilStatus(api, live, 'awaiting_approval');
    const { frames, code } = await collect(`/workflows/${live}/stream`, () =>
      api.post(`/workflows/${live}/approve`),
    );
    expect(code).toBe(1000);
    expect(frames[0]).toEqual({
      type: 'connected',
      workflowId: live,
      seq: lastSeq,
      status: 'awaiting_approval',
    });
    expect(frames.slice(1).map(({ type }) => type)).toEqual([
      'workflow.approved',
      'workflow.executing',
      'step.started',
      'step.completed',
      'workflow.completed',
    ]);
  });
});

describe('a stream that cannot be opened', () => {
  test('of an unknown workflow is a frame and 4404', async () => {
    const { frames, code } = await collect('/workflows/wf_1_0123456789abcdef/stream');
    expect(code).toBe(4404);
    expect(frames).toEqual([
      expect.objectContaining({
        success: false,
        error: 'Workflow not found',
        code: 'workflow_not_found',
        status: 404,
      }),
    ]);
  });

  test('from a bad position is 4400', async () => {
    expect((await collect(`/workflows/${id}/stream?after=x`)).code).toBe(4400);
    expect((await collect(`/workflows/${id}/stream?after=999999`)).code).toBe(4400);
  });

  test('asked for as a page is 426', async () => {
    const reply = await api.get(`/workflows/${id}/stream`);
    expect([reply.status, reply.body['code'], reply.body['success']]).toEqual([
      426,
      'upgrade_required',
      false,
    ]);
  });

  test('without a key is 4401', async () => {
    const locked = await startReasoningApp({ settings: { auth: 'on' }, workers: false });
    const code = await new Promise((resolve, reject) => {
      const socket = new WebSocket(`${locked.url.replace('http', 'ws')}/workflows/${id}/stream`);
      socket.on('close', resolve);
      socket.on('error', reject);
    });
    expect(code).toBe(4401);
    await locked.close();
  });
});
