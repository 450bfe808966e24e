import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAnswers } from '../../activities/planner/load-answers.ts';
import { takeUp } from '../../activities/planner/take-up.ts';
import { openDatabase, type Database } from '../../db/database.ts';
import { createJournal, type Journal } from '../../db/journal.ts';
import { createNotifier, type Notifier } from '../../db/notifier.ts';
import { findQuestion, keepAnswer } from '../../db/repositories/questions.ts';
import { insertRun } from '../../db/repositories/runs.ts';
import { createSealer } from '../../db/sealing.ts';
import { detailForm } from '../../domain/plan/understanding/detail.ts';
import type { Understanding } from '../../domain/plan/understanding/understanding.ts';
import { questionId } from '../../domain/questions/question.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { aPlan, aStep } from '../workflows/support/fakes.ts';

const sealer = createSealer('a test secret of some length');
const EXPIRES = '2030-01-01T00:00:00.000Z';
const INTENT = { classification: 'test', entities: {}, confidence: 1, requiredCapabilities: [] };
const understanding: Understanding = {
  parts: [],
  assumptions: [],
  ignored: [],
  corrections: [],
  questions: [{ field: 'guests', question: 'For how many?', type: 'number' }],
};
const shown = understanding as unknown as JsonObject;

let fresh: FreshDatabase;
let db: Database;
let notifier: Notifier;
let journal: Journal;
let runs = 0;
beforeAll(async () => {
  fresh = await freshDatabase();
  db = await openDatabase(fresh.url);
  notifier = createNotifier(db.pool);
  journal = createJournal(db.pool, notifier);
});
afterAll(async () => {
  await notifier.close();
  await db.close();
  await fresh.drop();
});

async function newRun(view: JsonObject = {}): Promise<string> {
  const id = `run_${(runs += 1)}`;
  const names = { family: 'reasoning', kind: 'reasoning', subject: 'u', workflowId: id };
  await insertRun(db.pool, sealer, { id, tenant: 't', ...names, input: {}, settings: {}, view });
  return id;
}

/** The run waits for the answer to this question, and people see it. */
async function asks(runId: string, question = 'detail-1'): Promise<void> {
  const view = { understanding: shown, question, deadlines: { answer: EXPIRES } };
  const form = { inline: detailForm(understanding.questions) as unknown as JsonObject[] };
  const data = { kind: 'input', question, prompt: 'Say how many.', expires_at: EXPIRES, form };
  const approval = { id: questionId(runId, question), status: 'pending', data };
  const event = { key: `asked:${question}`, type: 'run.awaiting_input', data: {} } as const;
  await journal.append({ runId, events: [{ ...event, status: 'awaiting_input', view, approval }] });
}

async function answered(runId: string, question: string, values: JsonObject) {
  const hash = await keepAnswer(db.pool, sealer, { runId, question, values });
  const approval = { id: questionId(runId, question), status: 'answered', by: 'ada', data: { hash } };
  const view = { question: null };
  const event = { key: `answered:${question}`, type: 'run.planning', data: {}, status: 'planning' } as const;
  await journal.append({ runId, events: [{ ...event, view, approval }] });
  return { question, hash };
}

describe('answers to what planning asked', () => {
  test('are one object by field, in which a later answer counts', async () => {
    const runId = await newRun();
    const keep = async (question: string, values: JsonObject) => ({
      question,
      hash: await keepAnswer(db.pool, sealer, { runId, question, values }),
    });
    const first = await keep('detail-1', { city: 'Paris', guests: 2 });
    const second = await keep('detail-2', { guests: 3, day: '2030-01-01' });
    expect(await loadAnswers(db.pool, sealer, runId, [first, second])).toEqual({
      city: 'Paris',
      guests: 3,
      day: '2030-01-01',
    });
    expect(await loadAnswers(db.pool, sealer, runId)).toEqual({});
  });

  test('of another run, or that nobody gave, are none', async () => {
    const runId = await newRun();
    const other = await newRun();
    const hash = await keepAnswer(db.pool, sealer, { runId: other, question: 'detail-1', values: { a: 1 } });
    await expect(loadAnswers(db.pool, sealer, runId, [{ question: 'detail-1', hash }])).rejects.toMatchObject(
      { code: 'value_lost' },
    );
  });
});

describe('what is written down of a question', () => {
  test('is nothing, then until when it is open, then its answer', async () => {
    const runId = await newRun();
    const find = () => findQuestion(db.pool, { runId, question: 'detail-1' });
    expect(await find()).toEqual({ kind: 'new' });
    await asks(runId);
    expect(await find()).toEqual({ kind: 'open', expiresAtMs: Date.parse(EXPIRES) });
    const answer = await answered(runId, 'detail-1', { guests: 2 });
    expect(await find()).toEqual({ kind: 'answered', answer: { ...answer, by: 'ada' } });
  });
});

describe('planning again after a reset', () => {
  test('asks what people see that the run asks, in the same words', async () => {
    const runId = await newRun();
    expect(await takeUp(db.pool, runId)).toBeUndefined();
    await asks(runId);
    const asked = { kind: 'needs_detail', message: 'Say how many.', understanding };
    expect(await takeUp(db.pool, runId)).toEqual(asked);
  });

  test('plans with what was answered, also when its row does not say yet that it goes on', async () => {
    const runId = await newRun();
    await asks(runId);
    const hash = await keepAnswer(db.pool, sealer, { runId, question: 'detail-1', values: { guests: 2 } });
    expect(await takeUp(db.pool, runId, [{ question: 'detail-1', hash }])).toBeUndefined();
    const first = await answered(runId, 'detail-1', { guests: 2 });
    expect(await takeUp(db.pool, runId)).toBeUndefined();
    await asks(runId, 'detail-2');
    expect(await takeUp(db.pool, runId)).toBeUndefined();
    expect(await takeUp(db.pool, runId, [first])).toMatchObject({ kind: 'needs_detail' });
  });

  test('keeps the limits of the request’s words', async () => {
    const plan = aPlan([aStep('a')]) as unknown as JsonObject;
    const limits = { maxCost: { amount: '0.05', asset: 'USDC' }, verifiedOnly: true };
    const runId = await newRun({ plan, intent: INTENT, limits });
    expect(await takeUp(db.pool, runId)).toMatchObject({ kind: 'planned', seen: true, limits });
  });
});
