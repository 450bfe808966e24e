import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FlowStatus, Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import { APPROVAL, HYMN, provide, sell, startAsking, startJob, until } from './support/client.ts';

const JOBS = 10_000;
const PLACES = 2;
const SOON_MS = 20_000; // on a loaded machine; a starved customer would wait for ever
const finished = new Set<string>();
let looks = 0;
let streams = 0;
let mostStreams = 0;
let app: MasumiApp;

/** Runs that wait for a person, in memory. All others are at the stand-in. */
const withWaiting = (real: Kodosumi): Kodosumi => ({
  ...real,
  async status(fid, mostBytes) {
    if (!fid.startsWith('waiting-')) return real.status(fid, mostBytes);
    looks++;
    return stateOf(fid);
  },
  events: (fid, signal) => (fid.startsWith('waiting-') ? silence(signal) : real.events(fid, signal)),
});

const stateOf = (fid: string): FlowStatus =>
  finished.has(fid)
    ? { fid, status: 'finished', final: '{"str":"done"}', locks: [] }
    : { fid, status: 'awaiting', final: null, locks: [`lock of ${fid}`] };

async function* silence(signal: AbortSignal): AsyncGenerator<never> {
  yield* [];
  mostStreams = Math.max(mostStreams, ++streams);
  if (!signal.aborted) await once(signal, 'abort');
  streams--;
}

beforeAll(async () => {
  app = await startMasumiApp({
    kodosumi: withWaiting,
    activities: { pollMs: 3000, syncMs: 250 },
    workers: { maxConcurrentActivities: PLACES },
  });
  sell(app, HYMN, APPROVAL);
});
afterAll(() => app.close());

/** Jobs whose workflows have asked their purchasers long ago. */
async function addWaiting(): Promise<void> {
  await app.db.pool.query(
    `insert into run (id, tenant, family, kind, subject, status, input_sealed, workflow_id, start_state)
     select 'job-' || n, 'default', 'masumi', 'flow', 'local', 'awaiting_input', '', 'job-' || n, 'started'
     from generate_series(1, $1::int) n`,
    [JOBS],
  );
  await app.db.pool.query(
    `insert into job (run_id, tenant, flow_key, identifier, input_hash, inputs_sealed, fid, following, told_state)
     select 'job-' || n, 'default', 'flow', 'job-' || n, '', '', 'waiting-' || n, true, 'going:lock of waiting-' || n
     from generate_series(1, $1::int) n`,
    [JOBS],
  );
}

const toldState = async (id: string): Promise<string> => {
  const { rows } = await app.db.pool.query<{ told_state: string }>(
    'select told_state from job where run_id = $1',
    [id],
  );
  return rows[0]!.told_state;
};

test('ten thousand jobs that wait keep neither a new customer, nor an answer, nor an end waiting', async () => {
  await addWaiting();
  await expect.poll(() => looks, { timeout: 60_000 }).toBeGreaterThan(JOBS);

  const began = performance.now();
  const customer = await startJob(app, HYMN, 'a new customer', { topic: 'room' });
  await until(app, HYMN, customer.body['id'], 'completed');
  expect(performance.now() - began).toBeLessThan(SOON_MS);

  const asked = await startAsking(app, 'one more that waits');
  const answered = performance.now();
  expect((await provide(app, asked.jobId, asked.statusId, { decision: 'no' })).status).toBe(200);
  await until(app, APPROVAL, asked.jobId, 'completed');
  expect(performance.now() - answered).toBeLessThan(SOON_MS);

  finished.add('waiting-7777');
  await expect.poll(() => toldState('job-7777'), { timeout: 60_000 }).toBe('finished');
  expect(mostStreams).toBeLessThanOrEqual(200);
}, 180_000);
