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
    'the other worker has launched the job, or found nothing to launch',
  );
}

const runsWith = (topic: string) =>
  app.kodosumi.control.runs().filter(({ inputs }) => inputs['topic'] === topic);

/** Orders a job and holds its launch up at the point until another worker has taken it up. */
async function holdUpUntilOvertaken(at: JobPoint | 'on its way'): Promise<{ topic: string; jobId: string }> {
  heldAt = at;
  [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const topic = randomUUID();
  const { body } = await startJob(app, HYMN, topic, { topic });
  const jobId = String(body['job_id']);
  await reached.promise;
  await overtake(jobId);
  return { topic, jobId };
}

test.each(['job.launching', 'job.launched', 'on its way'] as const)(
  'a worker stopped at %s for longer than its launch is looked for launches no second run',
  async (point) => {
    const { topic, jobId } = await holdUpUntilOvertaken(point);
    goOn.resolve();
    await until(app, HYMN, jobId, 'completed');
    expect(runsWith(topic)).toHaveLength(1);
  },
);

test('a launch that arrives after its job was given up is ended, and never belongs to a job', async () => {
  const { topic, jobId } = await holdUpUntilOvertaken('on its way');
  await app.db.pool.query(`update run set status = 'compensating' where id = $1`, [jobId]);
  goOn.resolve();
  const fids = async (): Promise<object[]> => {
    const { rows } = await app.db.pool.query(
      'select j.fid, s.fid as surplus from job j join job_surplus s on s.run_id = j.run_id where j.run_id = $1',
      [jobId],
    );
    return rows;
  };
  await expect.poll(fids).toEqual([{ fid: null, surplus: expect.any(String) }]);
  await expect.poll(() => runsWith(topic)).toEqual([]);
});
