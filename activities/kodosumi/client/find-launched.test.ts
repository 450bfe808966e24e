import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { createKodosumi } from './kodosumi.ts';

/** A Kodosumi that lists only a run's id, which is all that the contract promises. The run's stream tells the rest. */
interface PaperRun {
  fid: string;
  /** Undefined: the stream cannot be had. */
  beganMs?: number;
  inputs?: unknown;
  row?: JsonObject;
}

const URL_OF_FLOW = '/-/localhost/8001/hymn/-/';
const NOW = Date.now();
const HOUR = 3_600_000;
const topic = (value: string): JsonObject => ({ dict: { topic: value, note: null } });
const idAt = (ms: number, tail = 'aaaaaaaaaa000001'): string =>
  Math.floor(ms / 1000)
    .toString(16)
    .padStart(8, '0') + tail;

const others = (count: number): PaperRun[] =>
  Array.from({ length: count }, (_, index) => ({
    fid: `other-${index}`,
    beganMs: NOW,
    inputs: topic('theirs'),
  }));

let server: Server | undefined;
let streamed: string[] = [];
let pages = 0;

async function serve(runs: PaperRun[], offset: string | null = null): Promise<string> {
  const started = createServer(({ url = '' }, response) => {
    const fid = decodeURIComponent(/^\/outputs\/\w+\/([^?]+)/.exec(url)?.[1] ?? '');
    if (url === '/api/login') return void response.end('{"KODOSUMI_API_KEY":"t0ken"}');
    if (url.startsWith('/flow')) return void response.end('{"items":[],"offset":null}');
    if (url.startsWith('/outputs/status')) return void response.end('{"status":"running"}');
    if (url.startsWith('/outputs/main'))
      return tell(
        response,
        runs.find((run) => run.fid === fid)!,
      );
    pages += 1;
    const items = runs.map((run) => ({ fid: run.fid, ...run.row }));
    response.end(JSON.stringify({ items, offset }));
  });
  server = started;
  await new Promise<void>((resolve) => void started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

function tell(response: ServerResponse, { fid, beganMs, inputs }: PaperRun): void {
  streamed.push(fid);
  if (beganMs === undefined) return void response.writeHead(404).end();
  const say = (id: number, event: string, ms: number, message: string): void =>
    void response.write(`id: ${id}\r\nevent: ${event}\r\ndata: ${ms / 1000}:${message}\r\n\r\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  say(0, 'alive', Date.now(), 'alive');
  say(1, 'status', beganMs, 'starting');
  if (inputs !== undefined) say(2, 'inputs', beganMs + 10, JSON.stringify(inputs)); // and goes on
}

const look = (
  url: string,
  taken: string[] = [],
  kodosumi = createKodosumi({ url, username: 'a', password: 'b', timeoutMs: 2000 }),
): Promise<string | undefined> =>
  kodosumi.findLaunched({
    url: URL_OF_FLOW,
    inputs: { topic: 'mine' },
    sinceMs: NOW,
    taken: (fid) => Promise.resolve(taken.includes(fid)),
  });

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  streamed = [];
  pages = 0;
});

describe('A run that is listed by its id only', () => {
  it.each([
    ['24 hex digits of no time', 'ffffffffffffffffffffffff'],
    ['24 hex digits that count', '000000000000000000000001'],
    ['24 hex digits that look like a time long ago', idAt(Date.UTC(2024, 1, 1))],
    ['an ObjectId', idAt(NOW)],
    ['words', 'run-1'],
  ])('is found by its stream when the id is %s', async (_what, fid) => {
    const url = await serve([{ fid, beganMs: NOW, inputs: topic('mine') }]);
    expect(await look(url)).toBe(fid);
  });

  it('is recognised by the inputs that were posted, however they are wrapped', async () => {
    const url = await serve([
      { fid: 'c', beganMs: NOW + 2000, inputs: topic('theirs') },
      { fid: 'b', beganMs: NOW + 1000, inputs: { topic: 'mine' } },
      { fid: 'a', beganMs: NOW, inputs: topic('another') },
    ]);
    expect(await look(url)).toBe('b');
    expect(await look(url, ['b'])).toBeUndefined();
  });

  it('is not confused with one of the same inputs that began before the launch', async () => {
    const url = await serve([{ fid: 'old', beganMs: NOW - HOUR, inputs: topic('mine') }]);
    expect(await look(url)).toBeUndefined();
  });

  it('is found by elimination where the streams identify the others', async () => {
    const silent = { fid: 'silent' };
    const other = { fid: 'other', beganMs: NOW, inputs: topic('theirs') };
    expect(await look(await serve([silent, other]))).toBe('silent');
  });

  it('is not guessed when two streams say nothing', async () => {
    expect(await look(await serve([{ fid: 'b' }, { fid: 'a' }]))).toBeUndefined();
    expect(streamed).toEqual(['b', 'a']);
  });

  it('counts as old by its id when its stream says nothing', async () => {
    const url = await serve([{ fid: idAt(NOW) }, { fid: idAt(NOW - HOUR) }]);
    expect(await look(url)).toBe(idAt(NOW));
  });

  it('is given some seconds when its stream shows no inputs', async () => {
    const url = await serve([{ fid: 'mute', beganMs: NOW }]);
    expect(await look(url)).toBe('mute');
  });

  it('is found behind many others in several looks, each of which listens only to runs that are new to it', async () => {
    const url = await serve([...others(30), { fid: 'mine', beganMs: NOW, inputs: topic('mine') }]);
    const kodosumi = createKodosumi({ url, username: 'a', password: 'b', timeoutMs: 2000 });
    expect(await look(url, [], kodosumi)).toBeUndefined();
    expect(await look(url, [], kodosumi)).toBe('mine');
    expect(new Set(streamed).size).toBe(streamed.length);
  });

  it('is not found by elimination while nobody has listened to it yet', async () => {
    expect(await look(await serve(others(21)))).toBeUndefined();
  });

  it('costs a bounded number of streams, the newest first', async () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ fid: `run-${index}` }));
    expect(await look(await serve(many))).toBeUndefined();
    expect(streamed).toEqual(many.slice(0, 20).map(({ fid }) => fid));
  });
});

describe('A list of runs', () => {
  it('hides no run when its ids are not in the order of time', async () => {
    const url = await serve([
      { fid: idAt(Date.UTC(2021, 1, 1)), beganMs: NOW - HOUR, inputs: topic('mine') },
      { fid: idAt(Date.UTC(2023, 1, 1)), beganMs: NOW, inputs: topic('mine') },
      { fid: idAt(Date.UTC(2022, 1, 1)), beganMs: NOW - 2 * HOUR, inputs: topic('mine') },
    ]);
    expect(await look(url)).toBe(idAt(Date.UTC(2023, 1, 1)));
  });

  it('that shows inputs, but has ids without a time, still has each run asked when it began', async () => {
    const url = await serve([
      { fid: 'new', beganMs: NOW, inputs: topic('mine'), row: { inputs: topic('mine') } },
      { fid: 'old', beganMs: NOW - HOUR, inputs: topic('mine'), row: { inputs: topic('mine') } },
      { fid: 'other', beganMs: NOW, row: { inputs: topic('theirs') } },
    ]);
    expect(await look(url)).toBe('new');
    expect(streamed).toEqual(['new', 'old']);
  });

  it('as Kodosumi 1.1.0 gives it needs no streams, and no page that is older', async () => {
    const rowAt = (ms: number): PaperRun => {
      const startup = new Date(ms).toISOString().replace('Z', '');
      return { fid: idAt(ms), row: { inputs: topic('mine'), startup } };
    };
    const url = await serve([rowAt(NOW + 1000), rowAt(NOW - HOUR)], 'more');
    expect(await look(url)).toBe(idAt(NOW + 1000));
    expect([streamed, pages]).toEqual([[], 1]);
  });

  it('that is the same on every page is read once', async () => {
    const url = await serve([{ fid: 'only', beganMs: NOW, inputs: topic('mine') }], 'only');
    expect(await look(url)).toBe('only');
    expect(pages).toBe(2);
  });
});
