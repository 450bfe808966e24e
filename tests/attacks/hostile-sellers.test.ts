import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCallingActivities } from '../../activities/calling/activities.ts';
import { openDatabase, type Database } from '../../db/database.ts';
import { createJournal, type Journal } from '../../db/journal.ts';
import { createNotifier, type Notifier } from '../../db/notifier.ts';
import { insertRun, listSteps } from '../../db/repositories/runs.ts';
import { createSealer } from '../../db/sealing.ts';
import { createValues } from '../../db/values.ts';
import type { CallingActivities } from '../../domain/ports/calling.ts';
import type { HttpAnswer } from '../../domain/payments/http.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { aStep } from '../workflows/support/fakes.ts';

const sealer = createSealer('a secret of the tests');
let database: FreshDatabase;
let db: Database;
let notifier: Notifier;
let journal: Journal;
beforeAll(async () => {
  database = await freshDatabase();
  db = await openDatabase(database.url);
  notifier = createNotifier(db.pool);
  journal = createJournal(db.pool, notifier);
});
afterAll(async () => {
  await notifier.close();
  await db.close();
  await database.drop();
});

async function newRun(): Promise<string> {
  const id = `wf_${randomUUID()}`;
  const run = { id, tenant: 'test', family: 'reasoning', kind: 'task', subject: 'user', workflowId: id };
  await insertRun(db.pool, sealer, { ...run, input: 'x', settings: {} });
  return id;
}

/** The real activities, and a seller that answers whatever it likes. */
function calling(answer: Partial<HttpAnswer>): Pick<CallingActivities, 'callService' | 'compensateStep'> {
  return createCallingActivities({
    db,
    journal,
    values: createValues(db.pool, sealer),
    sealer,
    fetch: async () => ({ status: 200, headers: {}, text: '', ...answer }),
    assets: { assets: [], escrowNetwork: 'test:1' },
    rails: { all: [], find: () => undefined },
  });
}

const call = (runId: string) => ({
  ride: { runId, events: [] },
  runId,
  step: aStep('a'),
  outputs: {},
  generation: 1,
  attempt: 1,
  timeoutMs: 1000,
  asset: 'USDC',
});

const NUL = String.fromCodePoint(0);
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const BODIES: [what: string, text: string][] = [
  ['U+0000 in a string', JSON.stringify({ x: `a${NUL}b` })],
  ['U+0000 in a name', JSON.stringify({ [`a${NUL}b`]: 1 })],
  ['U+0000 in plain text', `not JSON ${NUL}`],
  ['half a surrogate pair', '{"x":"\\ud800"}'],
  ['nesting that PostgreSQL refuses', `{"x":${nested(8000)}}`],
  ['nesting that JSON.stringify refuses', nested(200_000)],
  ['a name that objects inherit', '{"__proto__":{"polluted":true},"constructor":1}'],
  ['a number out of range', '{"x":1e999}'],
];

describe('a seller that answers', () => {
  test.each(BODIES)('%s completes its step and does not hold up the run for ever', async (_what, text) => {
    const runId = await newRun();
    const outcome = await calling({ text }).callService(call(runId));
    expect(outcome.kind).toBe('ok');
    expect(await listSteps(db.pool, runId)).toMatchObject([{ step_id: 'a', status: 'completed' }]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test.each(BODIES)('%s as a refusal gives a message that can be stored', async (_what, text) => {
    const runId = await newRun();
    const outcome = await calling({ text, status: 403 }).callService(call(runId));
    expect(outcome).toMatchObject({ kind: 'failed', code: 'HTTP_403' });
    const event = {
      key: 'step.failed:a',
      type: 'step.failed' as const,
      data: { ...(outcome.kind === 'failed' && { said: outcome.message }) },
    };
    await journal.append({ runId, events: [event] });
  });

  test.each(BODIES)('%s to an undo does not stop the rollback', async (_what, text) => {
    const runId = await newRun();
    const compensation = { url: 'http://service.test/undo', method: 'POST', params: {} };
    const outcome = await calling({ text }).compensateStep({ ...call(runId), stepId: 'a', compensation });
    expect(outcome.kind).toBe('ok');
    const event = {
      key: 'step.compensated:a',
      type: 'step.compensated' as const,
      data: { outcome: { ...outcome } },
    };
    await journal.append({ runId, events: [event] });
  });

  test('terms with U+0000 is refused, and not asked again and again', async () => {
    const runId = await newRun();
    const terms = {
      x402Version: 1,
      accepts: [
        { scheme: `exact${NUL}`, network: 'solana-devnet', asset: NUL, payTo: NUL, maxAmountRequired: '1' },
      ],
    };
    const outcome = await calling({ status: 402, text: JSON.stringify(terms) }).callService(call(runId));
    expect(outcome).toMatchObject({ kind: 'failed', code: 'PAYMENT_UNSUPPORTED' });
  });
});

test('a seller on a network with a name that objects inherit is refused', async () => {
  for (const network of ['constructor', '__proto__', 'toString']) {
    const runId = await newRun();
    const offer = { scheme: 'exact', network, asset: 'x', payTo: 'y', amount: '1', maxAmountRequired: '1' };
    for (const x402Version of [1, 2]) {
      const text = JSON.stringify({ x402Version, accepts: [offer] });
      const outcome = await calling({ status: 402, text }).callService(call(runId));
      expect(outcome).toMatchObject({ kind: 'failed', code: 'PAYMENT_UNSUPPORTED' });
    }
  }
});

describe('the journal', () => {
  test('stores the neighbours of an event that nests too deep', async () => {
    const [good, bad] = [await newRun(), await newRun()];
    const event = (data: object) => ({ key: 'k', type: 'step.progress' as const, data: data as never });
    const written = await Promise.allSettled([
      journal.append({ runId: bad, events: [event({ x: JSON.parse(nested(6000)) as unknown })] }),
      journal.append({ runId: good, events: [event({ fine: true })] }),
    ]);
    expect(written[1]?.status).toBe('fulfilled');
  });

  test('stores text without the characters that PostgreSQL cannot hold', async () => {
    const runId = await newRun();
    const data = { said: `a${NUL}b \ud800 c`, kept: 'back\\u0000slash' };
    await journal.append({ runId, events: [{ key: 'k', type: 'step.progress', data }] });
    const { rows } = await db.pool.query('select data from event where run_id = $1', [runId]);
    expect(rows[0].data).toEqual({ said: 'a\ufffdb \ufffd c', kept: 'back\\u0000slash' });
  });
});
