import { Writable } from 'node:stream';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, CONNECTIONS, openStack, type ApiStack } from './support/api.ts';
import { openRaw, requestText, watchServerSockets } from './support/raw.ts';
import { createWriter, listen } from './support/streams.ts';

let stack: ApiStack;
let writer: ReturnType<typeof createWriter>;

beforeAll(async () => {
  stack = await openStack();
  writer = createWriter(stack.db);
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

const TEXT = 'x'.repeat(100_000);
const seqs = (frames: Record<string, unknown>[]): unknown[] =>
  frames.filter((frame) => 'at' in frame).map(({ seq }) => seq);
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_x, i) => from + i);
async function writeMuch(run: string, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++)
    await writer.emit(run, { key: `big:${n}`, type: 'step.progress', data: { n, text: TEXT } });
}

describe('a client that does not read its stream', () => {
  /** An API, and how often it has logged that it ended a stream. */
  async function attentive(limits = {}) {
    let ended = 0;
    const lines = new Writable({
      write(line: Buffer, _encoding, done) {
        if (line.includes('a stream that is not read is ended')) ended += 1;
        done();
      },
    });
    return { api: await stack.start({ log: pino({}, lines), limits }), ended: () => ended };
  }

  it('costs other clients nothing, and gets everything once it reads again', async () => {
    const { api } = await attentive();
    const run = await writer.run('paused');
    const [asleep, awake] = [listen(api, `/runs/${run}/events`), listen(api, `/runs/${run}/events`)];
    await expect.poll(() => asleep.frames.length + awake.frames.length).toBe(2);
    asleep.socket.pause();
    await writeMuch(run, 1, 150);
    await expect.poll(() => seqs(awake.frames)).toEqual(numbers(1, 150));
    asleep.socket.resume();
    await expect.poll(() => seqs(asleep.frames)).toEqual(numbers(1, 150));
    await writer.end(run);
    expect([(await asleep.closed).code, (await awake.closed).code]).toEqual([1000, 1000]);
  });

  it('is sent away with 1013 after a while, and resumes without loss', async () => {
    const { api, ended } = await attentive({ stalledMs: 100 });
    const run = await writer.run('slow');
    const client = listen(api, `/runs/${run}/events`);
    await expect.poll(() => client.frames.length).toBe(1);
    client.socket.pause();
    await writeMuch(run, 1, 50);
    await expect.poll(ended).toBe(1);
    client.socket.resume();
    expect((await client.closed).code).toBe(1013);
    const seen = client.frames.length - 1;
    expect(seen).toBeLessThan(50);
    await writer.end(run);
    const again = listen(api, `/runs/${run}/events?after=${seen}`);
    expect((await again.closed).code).toBe(1000);
    expect(again.frames.slice(1).map(({ seq }) => seq)).toEqual(numbers(seen + 1, 51));
  });

  it('is cut off when it does not even read the goodbye', async () => {
    const server = watchServerSockets();
    const { api, ended } = await attentive({ stalledMs: 100, closeMs: 50 });
    const run = await writer.run('deaf');
    const client = listen(api, `/runs/${run}/events`);
    await expect.poll(() => client.frames.length).toBe(1);
    client.socket.pause();
    await writeMuch(run, 1, 50);
    await expect.poll(ended).toBe(1);
    await expect.poll(() => server.sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
    server.stop();
    client.socket.terminate();
  });

  it('is disconnected from server-sent events, too', async () => {
    const server = watchServerSockets();
    const { api, ended } = await attentive({ stalledMs: 100 });
    const run = await writer.run('slow-sse');
    const client = await openRaw(api, { paused: true });
    client.send(requestText('GET', `/runs/${run}/events`, { accept: 'text/event-stream' }));
    await expect.poll(() => server.sockets[0]?.bytesWritten).toBeGreaterThan(0);
    await writeMuch(run, 1, 150);
    await expect.poll(ended).toBe(1);
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
    server.stop();
  });
});

describe('messages on a WebSocket', () => {
  it('wait for the message before, and end the connection when too many wait', async () => {
    const api = await stack.start({ limits: { commandsWaiting: 3 } });
    const run = await writer.run('flood');
    const patient = listen(api, `/runs/${run}/events`);
    await expect.poll(() => patient.frames.length).toBe(1);
    for (let id = 1; id <= 10; id++) {
      patient.send({ type: 'dance', id });
      await expect.poll(() => patient.frames.length).toBe(1 + id);
    }
    expect(patient.frames.slice(1).map(({ id }) => id)).toEqual(numbers(1, 10));
    const flood = listen(api, `/runs/${run}/events`);
    await expect.poll(() => flood.frames.length).toBe(1);
    flood.socket.pause(); // the acks are not read either
    for (let id = 1; id <= 1000; id++) flood.send({ type: 'dance', id });
    flood.socket.resume();
    expect((await flood.closed).code).toBe(4429);
    expect(flood.frames.at(-1)).toMatchObject({ type: 'error', id: null, code: 'rate_limited', status: 429 });
    expect(flood.frames.length).toBeLessThan(10);
    patient.socket.terminate();
  });
});

describe('open streams', () => {
  it('are bounded for each key, and a stream that ends makes room', async () => {
    const admin = 'sk_bootstrap_0123456789abcdef0123';
    const settings = {
      auth: 'on' as const,
      adminKey: admin,
      connections: { ...CONNECTIONS, streamsPerKey: 2 },
    };
    const api = await stack.start({ settings });
    const key = { authorization: `Bearer ${admin}` };
    const created = await ask(api, '/admin/keys', {
      method: 'POST',
      body: { name: 'other', subject: 'user-1' },
      headers: key,
    });
    const run = await writer.run('crowd');
    const path = `/runs/${run}/events`;
    const first = listen(api, path, key);
    await expect.poll(() => first.frames.length).toBe(1);
    const sse = await openRaw(api);
    sse.send(requestText('GET', path, { ...key, accept: 'text/event-stream' }));
    await expect.poll(() => sse.text()).toContain('event: connected');
    const third = listen(api, path, key);
    expect((await third.closed).code).toBe(4429);
    expect(third.frames).toMatchObject([{ code: 'too_many_streams', status: 429 }]);
    expect((await ask(api, path, { headers: { ...key, accept: 'text/event-stream' } })).body).toMatchObject({
      status: 429,
      code: 'too_many_streams',
    });
    const other = listen(api, path, { authorization: `Bearer ${String(created.body['key'])}` });
    await expect.poll(() => other.frames).toMatchObject([{ type: 'connected' }]);
    first.socket.terminate();
    const isLetIn = async (): Promise<boolean> => {
      const next = listen(api, path, key);
      await expect.poll(() => next.frames.length).toBe(1);
      next.socket.terminate();
      return next.frames[0]?.['type'] === 'connected';
    };
    await expect.poll(isLetIn).toBe(true);
    other.socket.terminate();
    sse.socket.destroy();
  });
});
