import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { createJournal, type Journal } from '../../db/journal.ts';
import { createNotifier, EVENTS_CHANNEL, type Notifier } from '../../db/notifier.ts';
import { getRun, insertRun, listSteps } from '../../db/repositories/runs.ts';
import { createSealer } from '../../db/sealing.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

let fresh: FreshDatabase;
let db: Database;
let notifier: Notifier;
let journal: Journal;
const sealer = createSealer('a key for tests only');

beforeAll(async () => {
  fresh = await freshDatabase();
  db = await openDatabase(fresh.url);
  notifier = createNotifier(db.pool, 5);
  journal = createJournal(db.pool, notifier);
});
afterAll(async () => {
  await notifier.close();
  await db.close();
  await fresh.drop();
});

let made = 0;
async function aRun(tenant = 'default'): Promise<string> {
  const id = `run-${++made}`;
  await insertRun(db.pool, sealer, {
    id,
    tenant,
    family: 'test',
    kind: 'job',
    subject: 'u',
    workflowId: id,
    input: { secret: 'prompt' },
    settings: {},
  });
  return id;
}
const event = (key: string, more: Partial<JournalEvent> = {}): JournalEvent => ({
  key,
  type: 'step.progress',
  data: { key },
  ...more,
});

async function rows(runId: string): Promise<{ seq: number; event_key: string; feed_pos: number }[]> {
  return (
    await db.pool.query('select seq, event_key, feed_pos from event where run_id = $1 order by seq', [runId])
  ).rows;
}

describe('the journal', () => {
  test('numbers events from 1 without gaps and moves the projection with them', async () => {
    const id = await aRun();
    await journal.append({
      runId: id,
      events: [
        event('a', { status: 'planning', view: { plan: 1, model: 'x' } }),
        event('b', {
          status: 'running',
          view: { plan: 2 },
          step: { id: 's', status: 'running', data: { at: 1 } },
        }),
        event('c', {
          step: { id: 's', status: 'completed', data: { out: 2 } },
          approval: { id: `${id}:1`, data: { plan_hash: 'h' } },
        }),
      ],
    });
    expect((await rows(id)).map(({ seq, event_key }) => [seq, event_key])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    const run = await getRun(db.pool, id);
    expect(run).toMatchObject({
      status: 'running',
      last_seq: 3,
      view: { plan: 2, model: 'x' },
      start_state: 'started',
      finished_at: null,
    });
    expect(run?.started_at).toBeInstanceOf(Date);
    expect(await listSteps(db.pool, id)).toEqual([
      { step_id: 's', status: 'completed', data: { at: 1, out: 2 } },
    ]);
  });

  test('writes the same event once, however often and in whatever order it comes', async () => {
    const id = await aRun();
    await journal.append({ runId: id, events: [event('a'), event('b')] });
    await journal.append({ runId: id, events: [event('b'), event('c'), event('a')] });
    expect((await rows(id)).map(({ event_key }) => event_key)).toEqual(['a', 'b', 'c']);
  });

  test('refuses what comes after the end, visibly, but lets a repetition pass', async () => {
    const id = await aRun();
    await journal.append({ runId: id, events: [event('a'), event('end', { status: 'failed' })] });
    await expect(journal.append({ runId: id, events: [event('late')] })).rejects.toMatchObject({
      code: 'run_finished',
    });
    await expect(
      journal.append({ runId: id, events: [event('end', { status: 'failed' })] }),
    ).resolves.toBeUndefined();
    expect((await getRun(db.pool, id))?.finished_at).toBeInstanceOf(Date);
    expect(await rows(id)).toHaveLength(2);
  });

  test('never lets one bad append fail its neighbours', async () => {
    const [good, bad] = [await aRun(), await aRun()];
    const results = await Promise.allSettled([
      journal.append({ runId: good, events: [event('warm up')] }),
      journal.append({ runId: good, events: [event('a')] }),
      journal.append({ runId: bad, events: [event('no type', { type: null as never })] }),
      journal.append({ runId: 'no such run', events: [event('a')] }),
      journal.append({ runId: good, events: [event('b')] }),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(await rows(good)).toHaveLength(3);
    expect((results[3] as PromiseRejectedResult).reason).toMatchObject({ code: 'run_not_found' });
  });

  test('stays gap-free with six writers in two processes’ worth of journals sending the same keys at once', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => aRun('crowd')));
    const journals = Array.from({ length: 6 }, () => createJournal(db.pool, notifier));
    await Promise.all(
      journals.map(async (writer, w) => {
        for (let n = 0; n < 10; n++)
          await Promise.all(
            ids.map((runId) =>
              writer.append({ runId, events: [event(`shared:${n}`), event(`own:${w}:${n}`)] }),
            ),
          );
      }),
    );
    const { rows: bad } = await db.pool.query(
      `select run_id from event where run_id = any($1) group by run_id
       having count(*) <> 70 or max(seq) <> 70 or min(seq) <> 1 or count(distinct event_key) <> 70`,
      [ids],
    );
    expect(bad).toEqual([]);
    const { rows: feed } = await db.pool.query(
      `select count(*)::int as n, max(feed_pos) as top from event where tenant = 'crowd'`,
    );
    expect(feed).toEqual([{ n: 1400, top: 1400 }]);
  });

  test('tells listeners which runs changed', async () => {
    const listener = new pg.Client(fresh.url);
    await listener.connect();
    await listener.query(`listen ${EVENTS_CHANNEL}`);
    const id = await aRun('loud');
    const heard = new Promise<string>((resolve) =>
      listener.on('notification', ({ payload }) => payload?.includes(id) && resolve(payload)),
    );
    await journal.append({ runId: id, events: [event('a')] });
    expect((await heard).split(',')).toContain(`loud ${id}`);
    await listener.end();
  });

  test('keeps prompts sealed in the row', async () => {
    const run = await getRun(db.pool, await aRun());
    expect(run!.input_sealed.includes('prompt')).toBe(false);
    expect(sealer.open('run.input', run!.input_sealed)).toEqual({ secret: 'prompt' });
    expect(() => sealer.open('blob', run!.input_sealed)).toThrow();
  });
});
