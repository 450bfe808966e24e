import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FlowEvent, FlowStatus, Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { HYMN, until } from './support/client.ts';
import { paid, sell } from './support/orders.ts';
import { startPaidApp, type PaidApp } from './support/paid-app.ts';

/** Streams without the events `status` and `eof`, of a Kodosumi whose status is read only once a minute. */
const FAILING = '-_localhost_8001_failing_-_';
const LATE_MS = 1500;

let app: PaidApp;
let isOpen = true;
let lateMs = 0;
let asked = 0;
const endedAt = new Map<string, number>();

async function* withoutEnd(
  fid: string,
  events: AsyncIterable<FlowEvent>,
  signal: AbortSignal,
): AsyncGenerator<FlowEvent> {
  for await (const event of events) {
    if (event.event === 'eof' || event.event === 'status') continue;
    yield event;
    if (event.event === 'final' || event.event === 'error') break;
  }
  if (!endedAt.has(fid)) endedAt.set(fid, Date.now());
  if (isOpen && !signal.aborted) await once(signal, 'abort'); // healthy, but silent
}

const isEarly = (fid: string): boolean => Date.now() < (endedAt.get(fid) ?? Infinity) + lateMs;

async function statusOf(real: Kodosumi, fid: string): Promise<FlowStatus | undefined> {
  asked += 1;
  const status = await real.status(fid);
  return status && isEarly(fid) ? { ...status, status: 'running' } : status;
}

beforeAll(async () => {
  app = await startPaidApp({
    flows: testFlows,
    activities: { pollMs: 60_000 },
    kodosumi: (real) => ({
      ...real,
      status: (fid) => statusOf(real, fid),
      events: (fid, signal) => withoutEnd(fid, real.events(fid, signal), signal),
    }),
  });
  sell(app, FAILING);
});
afterEach(() => {
  isOpen = true;
  lateMs = 0;
});
afterAll(() => app.close());

describe('a stream that reports the result, but not the end', () => {
  test('lets the job end soon, by the status', async () => {
    const started = await paid(app, HYMN, 'de00de00de00de00', { topic: 'quiet end' });
    await until(app, HYMN, started.jobId, 'completed');
  });

  test('lets it end also when the status comes later, without asking all the time', async () => {
    lateMs = LATE_MS;
    const before = asked;
    const started = await paid(app, HYMN, 'de01de01de01de01', { topic: 'late end' });
    await until(app, HYMN, started.jobId, 'completed');
    expect(asked - before).toBeLessThan(6);
  });

  test('lets it end also when the stream closes there', async () => {
    isOpen = false;
    lateMs = LATE_MS;
    const started = await paid(app, HYMN, 'de02de02de02de02', { topic: 'closed end' });
    await until(app, HYMN, started.jobId, 'completed');
  });

  test('lets it fail by the status when it reports an error', async () => {
    const started = await paid(app, FAILING, 'de03de03de03de03', { how: 'plain' });
    expect(await until(app, FAILING, started.jobId, 'failed')).toMatchObject({ error_code: 'flow_failed' });
  });
});
