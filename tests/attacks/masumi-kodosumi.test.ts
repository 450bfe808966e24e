import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createKodosumi } from '../../activities/kodosumi/client/kodosumi.ts';
import { KodosumiError } from '../../domain/masumi/outside-errors.ts';
import type { FlowEvent, FlowStatus, Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import { html, markdown, type StandInFlow } from '../../stand-ins/kodosumi/flow.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { ask } from '../api/support/api.ts';
import { HYMN, post, until } from '../masumi/support/client.ts';
import { native, paid, sell } from '../masumi/support/orders.ts';
import { startPaidApp, type PaidApp } from '../masumi/support/paid-app.ts';

/**
 * What a Kodosumi, or a flow on it, may do to paid work. In every case the paid work is delivered or the money given
 * back.
 */
const flow = (name: string, run: StandInFlow['run']): StandInFlow => ({
  url: `/-/localhost/8001/${name}/-/`,
  summary: name,
  elements: [],
  run,
});
const keyOf = (name: string): string => `-_localhost_8001_${name}_-_`;
const SCRIPT = '<script>alert(1)</script>';
const HUGE = 'x'.repeat(3_000_000);

const flows: StandInFlow[] = [
  flow('noisy', async ({ say, sleep }) => {
    for (let step = 0; step < 10_000; step++) say('action', `step ${step}`);
    say('action', 'zero \0 and half \ud83d');
    say('action', `${'x'.repeat(8191)}😀`); // the cut falls into the middle of a character
    await sleep(50);
    return html(SCRIPT);
  }),
  flow('huge', () => Promise.resolve(markdown(HUGE))),
  flow('asking', async ({ lock }) => {
    await lock('odd', [
      { type: 'markdown', text: 'zero \0 inside' },
      { type: 'text', name: 'word', label: 'half \ud83d', value: null, required: false },
    ]);
    return markdown('answered');
  }),
];

/** What lies in one test. Everything else is the stand-in's own answer. */
let lies: Partial<Pick<Kodosumi, 'status' | 'launch'>> & {
  events?: (events: AsyncIterable<FlowEvent>, signal: AbortSignal) => AsyncIterable<FlowEvent>;
} = {};
let honest: Kodosumi;
let app: PaidApp;

beforeAll(async () => {
  app = await startPaidApp({
    flows: [...testFlows, ...flows],
    kodosumi: (real) => {
      honest = real;
      return {
        ...real,
        status: (fid) => (lies.status ?? real.status)(fid),
        launch: (url, inputs) => (lies.launch ?? real.launch)(url, inputs),
        events: (fid, signal) => {
          const events = real.events(fid, signal);
          return lies.events?.(events, signal) ?? events;
        },
      };
    },
  });
  sell(app, ...flows.map(({ summary }) => keyOf(summary)));
});
afterEach(() => {
  lies = {};
});
afterAll(() => app.close());

describe('A flow', () => {
  test('that emits ten thousand events, some of which cannot be stored, is followed to its end', async () => {
    const started = await paid(app, keyOf('noisy'), 'bb00bb00bb00bb00', {});
    await until(app, keyOf('noisy'), started.jobId, 'completed');
    const { events } = await native(app, keyOf('noisy'), started);
    expect(events.length).toBeGreaterThan(100);
    expect(events.length).toBeLessThanOrEqual(2000);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  test('that returns a web page is answered as JSON, which no browser runs', async () => {
    const started = await paid(app, keyOf('noisy'), 'bb01bb01bb01bb01', {});
    await until(app, keyOf('noisy'), started.jobId, 'completed');
    for (const path of [
      `/mip003/${keyOf('noisy')}/status?job_id=${started.jobId}`,
      `/${keyOf('noisy')}/runs/${started.jobId}`,
    ]) {
      const { headers, text } = await ask(app, path, { headers: { accept: 'text/html' } });
      expect(text).toContain('alert(1)');
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('that returns three megabytes delivers all of them', async () => {
    const started = await paid(app, keyOf('huge'), 'bb02bb02bb02bb02', {});
    expect((await until(app, keyOf('huge'), started.jobId, 'completed'))['result']).toBe(HUGE);
  });

  test('whose question cannot be stored is asked and answered all the same', async () => {
    const started = await paid(app, keyOf('asking'), 'bb03bb03bb03bb03', {});
    await until(app, keyOf('asking'), started.jobId, 'awaiting_input');
    const given = await post(app, `/mip003/${keyOf('asking')}/provide_input`, {
      job_id: started.jobId,
      input_data: { word: 'x' },
    });
    expect(given.status, given.text).toBe(200);
    await until(app, keyOf('asking'), started.jobId, 'completed');
  });
});

describe('A Kodosumi', () => {
  test('whose stream never ends and never tells the end is asked for the status', async () => {
    lies.events = async function* (_events, signal) {
      while (!signal.aborted) {
        yield { id: '0', event: 'alive', atMs: Date.now(), data: '' };
        await wait(100);
      }
    };
    const started = await paid(app, HYMN, 'bb04bb04bb04bb04', { topic: 'endless' });
    await until(app, HYMN, started.jobId, 'completed');
  });

  test('that repeats events, backwards and under the same ids, has each recorded once', async () => {
    lies.events = async function* (events) {
      const seen: FlowEvent[] = [];
      for await (const event of events) {
        seen.push(event);
        if (event.event !== 'eof' && event.event !== 'status') yield event;
        yield* seen.filter((one) => one.event === 'action').toReversed();
        yield { ...event, event: 'action', data: 'another under the same id' };
        if (event.event === 'status') yield event;
      }
    };
    const started = await paid(app, HYMN, 'bb05bb05bb05bb05', { topic: 'backwards' });
    await until(app, HYMN, started.jobId, 'completed');
    const { events } = await native(app, HYMN, started);
    const keys = events.map(({ id, event }) => `${id}:${event}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('that reports in the stream that a run has ended is believed only by its status', async () => {
    lies.events = async function* (events) {
      for (const data of ['error', 'finished', 'nonsense'])
        yield { id: `lie-${data}`, event: 'status', atMs: 0, data };
      yield { id: 'lie-lock', event: 'lock', atMs: 0, data: '{"dict":{"lid":"no such lock","expires":1}}' };
      yield { id: 'lie-garbage', event: 'lock', atMs: 0, data: 'garbage' };
      yield* events;
    };
    const started = await paid(app, HYMN, 'bb06bb06bb06bb06', { topic: 'lies' });
    const done = await until(app, HYMN, started.jobId, 'completed');
    expect(done['result']).toContain('lies');
  });

  test('that forgets a run, answers garbage and fails for a while loses no paid work', async () => {
    const answers: (() => FlowStatus | undefined)[] = [
      () => undefined,
      () => {
        throw new KodosumiError('Kodosumi answered with a body that cannot be read.');
      },
      () => ({ fid: 'x', status: 'running', final: null, locks: ['no such lock'] }),
    ];
    lies.status = async (fid) => answers.pop()?.() ?? (await honest.status(fid));
    const started = await paid(app, HYMN, 'bb07bb07bb07bb07', { topic: 'garbage' });
    await until(app, HYMN, started.jobId, 'completed');
  });

  test('that loses a launch is not asked again: its job fails once no run of it turned up for a while', async () => {
    let lost = 0;
    lies.launch = (url, inputs) =>
      lost++ === 0
        ? Promise.reject(new KodosumiError('the connection was closed', { unknown: true }))
        : honest.launch(url, inputs);
    const started = await paid(app, HYMN, 'bb0abb0abb0abb0a', { topic: 'lost altogether' });
    const failed = await until(app, HYMN, started.jobId, 'failed');
    expect(failed).toMatchObject({
      error_code: 'flow_failed',
      message: expect.stringContaining('the connection was closed. No run of it was found') as string,
    });
    expect(lost).toBe(1);
  });

  test("that answers a launch with another job's run gives nobody another's result", async () => {
    const first = await paid(app, HYMN, 'bb08bb08bb08bb08', { topic: 'first' });
    await until(app, HYMN, first.jobId, 'completed');
    const taken = app.kodosumi.control.runs().find(({ inputs }) => inputs['topic'] === 'first')!;
    let lied = 0;
    lies.launch = async (url, inputs) => {
      const answer = await honest.launch(url, inputs);
      return lied++ === 0 ? { kind: 'launched', fid: taken.fid } : answer;
    };
    const second = await paid(app, HYMN, 'bb09bb09bb09bb09', { topic: 'second' });
    expect((await until(app, HYMN, second.jobId, 'completed'))['result']).toContain('second');
  });
});

describe('The wire to a Kodosumi', () => {
  let server: Server;
  let serve: RequestListener;
  let kodosumi: Kodosumi;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/api/login') response.end('{"KODOSUMI_API_KEY":"x"}');
      else serve(request, response);
    });
    await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    kodosumi = createKodosumi({ url, username: 'a', password: 'b', timeoutMs: 2000, silenceMs: 500 });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each<[string, RequestListener]>([
    ['a page', (_request, response) => response.end('<html>login</html>')],
    ['nothing', (_request, response) => response.end()],
    ['another shape', (_request, response) => response.end('{"status":7,"locks":"x"}')],
    ['an unknown state', (_request, response) => response.end('{"status":"exploded","fid":"x"}')],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['half an answer', (_request, response) => void response.write('{"sta', () => response.destroy())],
    ['seventeen megabytes', (_request, response) => response.end('x'.repeat(17 * 1024 * 1024))],
  ])('that answers %s is an error of Kodosumi, and nothing else', async (_what, answer) => {
    serve = answer;
    await expect(kodosumi.status('x')).rejects.toBeInstanceOf(KodosumiError);
  });

  test.each<[string, RequestListener]>([
    ['only comments', (_request, response) => drip(response, ': nothing\n')],
    [
      'one event without an end',
      (_request, response) => drip(response, `data: ${'x'.repeat(1024 * 1024)}\n`),
    ],
    ['nothing at all', (_request, response) => response.writeHead(200).flushHeaders()],
  ])('whose stream has %s can be left, and fills no memory', async (_what, answer) => {
    serve = answer;
    const read = (async () => {
      for await (const _event of kodosumi.events('x', AbortSignal.timeout(1500))) continue;
    })();
    await read.catch((error: unknown) => expect(error).toBeInstanceOf(KodosumiError));
    expect(process.memoryUsage().heapUsed).toBeLessThan(1024 ** 3);
  });
});

function drip(response: ServerResponse, text: string): void {
  const timer = setInterval(() => response.write(text), 20);
  response.on('close', () => clearInterval(timer));
}
