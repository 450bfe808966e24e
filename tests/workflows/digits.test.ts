import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCallingActivities } from '../../activities/calling/activities.ts';
import { createComputeActivities } from '../../activities/compute/activities.ts';
import { createLedgerActivities } from '../../activities/ledger/activities.ts';
import { openDatabase, type Database } from '../../db/database.ts';
import { createJournal } from '../../db/journal.ts';
import { createNotifier, type Notifier } from '../../db/notifier.ts';
import { readRunEvents } from '../../db/repositories/events.ts';
import { getRun, insertRun } from '../../db/repositories/runs.ts';
import { createSealer } from '../../db/sealing.ts';
import { createValues } from '../../db/values.ts';
import { numberOfText } from '../../domain/exact-json.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import type { PlanStep } from '../../domain/plan/plan.ts';
import { DATA_CONVERTER } from '../../workers/bundle.ts';
import { startWorkers, type Workers } from '../../workers/workers.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { connect, uniqueTaskQueue, type TemporalTestClient } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';
import { workflowSinks } from '../support/workflow-coverage.ts';
import { approve, endOf, gate, untilAsked } from './support/approved.ts';
import { aPlan, aStep, createFakes } from './support/fakes.ts';
import { SETTINGS } from './support/run.ts';

const sealer = createSealer('a secret of the tests');
let temporal: TemporalTestClient;
let database: FreshDatabase;
let db: Database;
let notifier: Notifier;
beforeAll(async () => {
  temporal = await connect();
  database = await freshDatabase();
  db = await openDatabase(database.url);
  notifier = createNotifier(db.pool);
});
afterAll(async () => {
  await notifier.close();
  await db.close();
  await database.drop();
  await temporal.close();
});

/** What doubles cannot carry, in the order in which jsonb answers names. */
const BOOKED =
  '{"id":9007199254740993,"neg":-0,"one":1.0,"huge":1e400,"long":0.1000000000000000055511151231257827,"price":19.90}';
const LITERAL = '7615917337495251231';

const again = { maxAttempts: 1000, backoffMultiplier: 1, initialDelayMs: 20, maxDelayMs: 20 };
const book = aStep('book', {
  compensation: {
    url: 'http://service.test/undo',
    method: 'POST',
    params: {},
    inputMapping: { id: 'bookOut.id', all: 'bookOut' },
  },
});
const text = aStep('text', {
  type: 'data_transform',
  dependencies: ['book'],
  params: {
    op: 'template',
    template: { said: '{{bookOut.id}} at {{bookOut.price}}', one: '{{bookOut.one}}' },
  },
});
const decide = aStep('decide', {
  type: 'conditional',
  dependencies: ['book'],
  params: { left: 'bookOut.id', operator: 'gt', right: 9007199254740992, then: 'next', else: 'never' },
});
const next = aStep('next', {
  dependencies: ['text', 'decide'],
  params: { literal: numberOfText(LITERAL) },
  inputMapping: { text: 'textOut', huge: 'bookOut.huge' },
  retryPolicy: again,
});
const never = aStep('never', { dependencies: ['decide'] });

/** The run over the real activities and these sellers; money and planning are fakes. */
async function play(steps: PlanStep[], fetch: HttpFetch) {
  const values = createValues(db.pool, sealer);
  const journal = createJournal(db.pool, notifier);
  const fakes = createFakes({ plan: aPlan(steps) });
  const { planFast } = fakes.activities;
  const assets = { assets: [], escrowNetwork: 'test:1' };
  const parts = { db, journal, values, sealer, assets, fetch, rails: { all: [], find: () => undefined } };
  const runId = `wf_${randomUUID()}`;
  const run = {
    id: runId,
    tenant: 'test',
    family: 'reasoning',
    kind: 'task',
    subject: 'user',
    workflowId: runId,
  };
  await insertRun(db.pool, sealer, { ...run, input: 'x', settings: {} });
  Object.assign(fakes.activities, {
    ...createCallingActivities(parts),
    ...createComputeActivities(parts),
    finishRun: createLedgerActivities(parts).finishRun,
    planFast,
  });
  const taskQueue = uniqueTaskQueue('digits');
  const work = async (): Promise<Workers> =>
    startWorkers({
      connection: temporal.nativeConnection,
      namespace: temporal.namespace,
      taskQueue,
      activities: fakes.activities,
      bundle: await workflowBundle(),
      ...workflowSinks(),
    });
  const args = [{ runId, tenant: 'test', subject: 'user', settings: SETTINGS }];
  const handle = await temporal.client.workflow.start('reasoning', { taskQueue, workflowId: runId, args });
  return { runId, handle, fakes, work };
}

/** All payloads of a history, as their text. */
const payloads = (history: object): string =>
  [...JSON.stringify(history).matchAll(/"data":"([^"]*)"/g)]
    .map(([, data = '']) => Buffer.from(data, 'base64').toString())
    .join('\n');

test('every digit reaches the next step, the undo and the events, over a replay from a history of references', async () => {
  const called = gate();
  let refuses = false;
  const sent: string[] = [];
  const { runId, handle, fakes, work } = await play(
    [book, text, decide, next, never],
    async (url, { body }) => {
      const name = new URL(url).pathname.slice(1);
      if (name === 'book') return { status: 200, headers: {}, text: BOOKED };
      sent.push(`${name} ${body}`);
      if (name === 'undo') return { status: 200, headers: {}, text: '{"undone":9007199254740993}' };
      called.open();
      return { status: refuses ? 422 : 503, headers: {}, text: '{}' };
    },
  );
  const first = await work();
  await untilAsked(fakes);
  await approve(handle);
  await called.opened;
  await first.stop();
  refuses = true;
  const second = await work(); // has nothing in its cache, so it begins with the history
  expect(await endOf(handle)).toBe('failed');
  await second.stop();

  const said = { text: '{"said":"9007199254740993 at 19.90","one":1.0}', huge: '1e400' };
  expect(sent[0]).toBe(`next {"literal":${LITERAL},"text":${said.text},"huge":${said.huge}}`);
  expect(new Set(sent.slice(0, -1)).size).toBe(1);
  expect(sent.at(-1)).toBe(`undo {"id":9007199254740993,"all":${BOOKED}}`);

  const events = await readRunEvents(db.pool, new Map([[runId, 0]]), 100);
  const output = (step: string): unknown =>
    events.find(({ type, data }) => type === 'step.completed' && data['step'] === step)?.data['result'];
  expect(JSON.stringify(output('book'))).toContain(`"output":${BOOKED}`);
  expect(JSON.stringify(output('text'))).toContain('"said":"9007199254740993 at 19.90"');
  expect(JSON.stringify(events.at(-1)?.type)).toBe('"run.failed"');

  const history = await handle.fetchHistory();
  const stored = payloads(history);
  const holds = (words: string): boolean => stored.includes(words); // a failure must not print the whole history
  expect([`{"$number":"${LITERAL}"}`, '"bookOut":{"ref":', '"textOut":{"ref":'].filter(holds)).toHaveLength(
    3,
  );
  expect(['"id":9007', '1e400', '19.90', '0.10000', '900719925474099300'].filter(holds)).toEqual([]);
  await Worker.runReplayHistory(
    { workflowBundle: await workflowBundle(), dataConverter: DATA_CONVERTER, ...workflowSinks() },
    history,
    runId,
  );
});

test('a run ends with the output as its seller wrote it', async () => {
  const { runId, handle, fakes, work } = await play([aStep('book')], async () => ({
    status: 200,
    headers: {},
    text: BOOKED,
  }));
  const workers = await work();
  await untilAsked(fakes);
  await approve(handle);
  expect(await endOf(handle)).toBe('completed');
  await workers.stop();
  expect(JSON.stringify((await getRun(db.pool, runId))?.view['output'])).toBe(BOOKED);
});
