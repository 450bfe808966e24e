import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchJob } from '../../activities/kodosumi/launch-job.ts';
import type { JobPoint } from '../../domain/masumi/crash-points.ts';
import type { Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import { until as untilTrue } from '../workflows/support/run.ts';
import { startMasumiApp, type MasumiApp } from '../masumi/support/app.ts';
import { HYMN, sell, startJob, until } from '../masumi/support/client.ts';

/** A point at which the worker's try is held up, and what lets it go on. */
let heldAt: JobPoint | 'on its way' | undefined;
let reached = Promise.withResolvers<void>();
let goOn = Promise.withResolvers<void>();
let app: MasumiApp;
let kodosumi: Kodosumi;

async function holdUp(at: JobPoint | 'on its way'): Promise<void> {
  if (at !== heldAt) return;
  heldAt = undefined;
  reached.resolve();
  await goOn.promise;
}

beforeAll(async () => {
  app = await startMasumiApp({
    activities: { launchMs: 300, lookForMs: 300, checkpoint: (point) => holdUp(point) },
    kodosumi: (real) => {
      kodosumi = real;
      return {
        ...real,
        async launch(url, inputs) {
          await holdUp('on its way'); // the packet itself is held up, after our last check
          return real.launch(url, inputs);
        },
      };
    },
  });
  sell(app, HYMN);
});
afterEach(() => goOn.resolve());
afterAll(() => app.close());

/** Another worker runs the same activity. */
async function overtake(runId: string): Promise<void> {
  const { db, journal, sealer } = app.deps;
  const deps = {
    db,
    journal,
    sealer,
    values: {} as never,
    kodosumi,
    fetchFile: () => Promise.reject(new Error('no files')),
    pollMs: 100,
    launchMs: 300,
    lookForMs: 300,
  };
  await untilTrue(
    () =>
      launchJob(deps, { runId, ride: { runId, events: [] } }).then(
        () => true,
        () => false,
      ),
    'the other worker has launched the job',
  );
}

const runsWith = (topic: string) =>
  app.kodosumi.control.runs().filter(({ inputs }) => inputs['topic'] === topic);

/** Orders a job and holds its launch up at the point until another worker has launched it. */
async function heldUp(at: JobPoint | 'on its way'): Promise<{ topic: string; jobId: string }> {
  heldAt = at;
  [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const topic = randomUUID();
  const { body } = await startJob(app, HYMN, topic, { topic });
  const jobId = String(body['job_id']);
  await reached.promise;
  await overtake(jobId);
  goOn.resolve();
  await until(app, HYMN, jobId, 'completed');
  return { topic, jobId };
}

test.each(['job.launching', 'job.launched'] as const)(
  'a worker stopped at %s for longer than its launch is looked for launches no second run',
  async (point) => {
    const { topic } = await heldUp(point);
    expect(runsWith(topic)).toHaveLength(1);
  },
);

test('a launch that arrives after another was made is ended, and never belongs to a job', async () => {
  const { topic, jobId } = await heldUp('on its way');
  await expect.poll(() => runsWith(topic).length).toBe(1);
  const { rows } = await app.db.pool.query(
    'select j.fid, s.fid as surplus from job j join job_surplus s on s.run_id = j.run_id where j.run_id = $1',
    [jobId],
  );
  expect(rows).toEqual([{ fid: runsWith(topic)[0]!.fid, surplus: expect.any(String) }]);
  expect(rows[0].surplus).not.toBe(rows[0].fid);
});
