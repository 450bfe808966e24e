import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, openStack, type ApiStack } from './support/api.ts';
import { createWriter, listen, readEvents } from './support/streams.ts';

let stack: ApiStack;
let api: { url: string };
let other: { url: string };
let polling: { url: string };
let writer: ReturnType<typeof createWriter>;

beforeAll(async () => {
  stack = await openStack();
  api = await stack.start();
  other = await stack.start();
  polling = await stack.start({ settings: { listenUrl: null } });
  writer = createWriter(stack.db);
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

const seqs = (frames: Record<string, unknown>[]): unknown[] =>
  frames.filter((frame) => 'at' in frame).map((frame) => frame['seq']);
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_x, i) => from + i);

describe('a run stream over WebSocket', () => {
  it('begins live, tells its position, and closes with 1000 after the terminal event', async () => {
    const run = await writer.run('live');
    await writer.steps(run, 1, 3);
    const client = listen(api, `/runs/${run}/events`);
    await expect.poll(() => client.frames.length).toBe(1);
    expect(client.frames[0]).toMatchObject({ type: 'connected', run_id: run, seq: 3, last_seq: 3 });
    await writer.steps(run, 4, 5);
    await writer.end(run);
    expect((await client.closed).code).toBe(1000);
    expect(seqs(client.frames)).toEqual([4, 5, 6]);
    expect(client.frames.at(-1)).toMatchObject({ run_id: run, seq: 6, type: 'run.completed' });
  });

  it('replays after a position, without gaps or repeats, while events go on, in several processes', async () => {
    const run = await writer.run('busy');
    await writer.steps(run, 1, 1200);
    const writing = (async () => {
      for (let n = 1201; n < 1500; n += 10) await writer.steps(run, n, n + 9);
      await writer.end(run);
    })();
    const places = [0, 1, 599, 1200].flatMap((after) =>
      [api, other, polling].map((where) => ({ after, where })),
    );
    const clients = places.map(({ after, where }) => ({
      after,
      ...listen(where, `/runs/${run}/events?after=${after}`),
    }));
    await writing;
    for (const client of clients) {
      expect((await client.closed).code).toBe(1000);
      expect(seqs(client.frames)).toEqual(numbers(client.after + 1, 1501));
    }
  });

  it('resumes after a disconnect exactly where the client was', async () => {
    const run = await writer.run('resume');
    const first = listen(api, `/runs/${run}/events?after=0`);
    await writer.steps(run, 1, 5);
    await expect.poll(() => seqs(first.frames).length).toBe(5);
    first.socket.terminate();
    await writer.steps(run, 6, 9);
    const second = listen(other, `/runs/${run}/events?after=5`);
    await writer.end(run);
    await second.closed;
    expect(seqs(second.frames)).toEqual([6, 7, 8, 9, 10]);
  });

  it('ends at once for a run that has ended', async () => {
    const run = await writer.run('over');
    await writer.end(run);
    const client = listen(api, `/runs/${run}/events`);
    expect((await client.closed).code).toBe(1000);
    expect(client.frames).toMatchObject([{ type: 'connected', status: 'completed' }]);
  });

  it.each([
    ['/runs/nobody/events', 4404, 'run_not_found'],
    ['/nowhere', 4404, 'route_not_found'],
    ['/runs/cursors/events?after=x', 4400, 'invalid_cursor'],
    ['/runs/cursors/events?after=-1', 4400, 'invalid_cursor'],
    ['/runs/cursors/events?after=99', 4400, 'invalid_cursor'],
    ['/runs/cursors%00/events', 4404, 'run_not_found'],
    ['/events?after=zzz', 4400, 'invalid_cursor'],
  ])('upgrades %s first, then says what is wrong and closes with %i', async (path, code, problem) => {
    if (path.includes('cursors?') || path.includes('cursors/events?after=x')) await writer.run('cursors');
    const client = listen(api, path);
    expect((await client.closed).code).toBe(code);
    expect(client.frames).toMatchObject([{ code: problem, status: code - 4000 }]);
  });

  it('answers messages that it cannot use, and goes on', async () => {
    const run = await writer.run('messages');
    const client = listen(api, `/runs/${run}/events`);
    await expect.poll(() => client.frames.length).toBe(1);
    client.send('not json');
    client.send({ type: 'dance', id: 7 });
    client.send({ type: 'input', id: 'a', data: { x: 1 } });
    await expect.poll(() => client.frames.length).toBe(4);
    expect(client.frames.slice(1)).toMatchObject([
      { type: 'error', id: null, code: 'invalid_json' },
      { type: 'error', id: 7, code: 'validation_failed' },
      { type: 'error', id: 'a', code: 'invalid_state' },
    ]);
    await writer.end(run);
    expect((await client.closed).code).toBe(1000);
  });
});

describe('without notifications', () => {
  it('falls back to polling when LISTEN leads to another database, and still misses nothing', async () => {
    const elsewhere = new URL(stack.url);
    elsewhere.pathname = '/postgres';
    const deaf = await stack.start({ settings: { listenUrl: elsewhere.href } });
    const run = await writer.run('deaf');
    const client = listen(deaf, `/runs/${run}/events?after=0`);
    await writer.steps(run, 1, 3);
    await expect.poll(() => seqs(client.frames)).toEqual([1, 2, 3]);
    await writer.end(run);
    expect((await client.closed).code).toBe(1000);
  });
});

describe('a run stream over SSE', () => {
  it('carries seq as id and type as event, and ends after the terminal event', async () => {
    const run = await writer.run('sse');
    await writer.steps(run, 1, 2);
    await writer.end(run);
    const events = await readEvents(api, `/runs/${run}/events?after=0`, () => false);
    expect(events.map(({ id, event }) => [id, event])).toEqual([
      [undefined, 'connected'],
      ['1', 'step.progress'],
      ['2', 'step.progress'],
      ['3', 'run.completed'],
    ]);
  });

  it('lets Last-Event-ID win over the URL', async () => {
    const run = await writer.run('sse-resume');
    await writer.steps(run, 1, 4);
    await writer.end(run);
    const events = await readEvents(polling, `/runs/${run}/events?after=0`, () => false, {
      'last-event-id': '3',
    });
    expect(events.map(({ id }) => id)).toEqual([undefined, '4', '5']);
  });

  it('answers 204 to whoever has read an ended run to its end, so that browsers stop', async () => {
    const run = await writer.run('sse-over');
    await writer.end(run);
    const path = `/runs/${run}/events`;
    const again = (url: string, headers: Record<string, string> = {}) =>
      ask(polling, url, { headers: { accept: 'text/event-stream', ...headers } });
    for (const answer of [await again(path, { 'last-event-id': '1' }), await again(`${path}?after=1`)])
      expect([answer.status, answer.text]).toEqual([204, '']);
    const fresh = await again(path); // it has read nothing, and learns where it is
    expect(fresh.text).toMatch(/^id: 1\nevent: connected\n/);
    expect((await again(path, { 'last-event-id': '0' })).text).toContain('event: run.completed');
  });

  it('is refused like any request', async () => {
    const answer = await ask(api, '/runs/nobody/events', { headers: { accept: 'text/event-stream' } });
    expect(answer.body).toMatchObject({ status: 404, code: 'run_not_found' });
  });
});

describe('the JSON page of a run', () => {
  it('pages forward', async () => {
    const run = await writer.run('pages');
    await writer.steps(run, 1, 5);
    const first = await ask(api, `/runs/${run}/events?limit=3`);
    expect(first.body).toMatchObject({ next_after: 3, has_more: true });
    const second = await ask(api, `/runs/${run}/events?limit=3&after=3`);
    expect(second.body).toMatchObject({
      next_after: 5,
      has_more: false,
      events: [{ seq: 4, run_id: run, type: 'step.progress', data: { n: 4 } }, { seq: 5 }],
    });
    expect((await ask(api, `/runs/${run}/events?limit=0`)).status).toBe(400);
  });
});

describe('the tenant feed', () => {
  it('shows the same events in three ways, with cursors that resume', async () => {
    const ws = listen(other, '/events');
    await expect.poll(() => ws.frames).toMatchObject([{ type: 'connected' }]);
    const cursor = String(ws.frames[0]?.['cursor']);
    const runs = await Promise.all(['feed-1', 'feed-2', 'feed-3'].map((id) => writer.run(id)));
    await Promise.all(runs.map((run) => writer.steps(run, 1, 20)));
    await writer.run('elsewhere', 'another-tenant');
    await writer.steps('elsewhere', 1, 3);
    const page = (await ask(api, `/events?after=${cursor}&limit=1000`)).body['events'] as Record<
      string,
      unknown
    >[];
    expect(page).toHaveLength(60);
    expect(new Set(page.map((event) => event['run_id']))).toEqual(new Set(runs));
    const sse = await readEvents(api, `/events?after=${cursor}`, (events) => events.length === 61);
    await expect.poll(() => seqs(ws.frames).length).toBe(60);
    expect(ws.frames.slice(1)).toEqual(page);
    expect(sse.slice(1).map(({ data }) => data)).toEqual(page);
    const middle = String(page[29]?.['cursor']);
    expect((await ask(api, `/events?after=${middle}&limit=1000`)).body['events']).toEqual(page.slice(30));
    expect(sse[30]?.id).toBe(middle);
    ws.socket.terminate();
  });
});
