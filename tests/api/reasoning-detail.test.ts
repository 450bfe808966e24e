import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanOutcome } from '../../domain/ports/planning.ts';
import type { PlanQuestion, Understanding } from '../../domain/plan/understanding/understanding.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { createCaller, type Caller } from './support/http.ts';
import { plannedAs, type Scenario } from './support/reasoning-activities.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { aFreePlan, untilStatus } from './support/reasoning-plans.ts';
import { listen } from './support/streams.ts';

const TASK = 'Book me a hotel for the conference, please';
const SECRET = 'the Grand Hotel of Nowhere';

let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp();
  api = createCaller(app.url);
});
afterAll(() => app.close());

const CITY: PlanQuestion = {
  field: 'city',
  question: 'In which city?',
  type: 'choice',
  choices: ['Paris', 'Munich', SECRET],
  example: 'Paris',
  service: 'hotels',
};
const GUESTS: PlanQuestion = { field: 'guests', question: 'For how many?', type: 'number', min: 1, max: 9 };

const understood = (...questions: PlanQuestion[]): Understanding => ({
  parts: [{ text: 'Book me a hotel', span: [0, 15], as: 'task' }],
  assumptions: [],
  ignored: [{ text: 'please', span: [36, 42] }],
  corrections: [],
  questions,
});

const needs = (...questions: PlanQuestion[]): PlanOutcome => ({
  kind: 'needs_detail',
  message: 'The hotel needs a city and the number of guests.',
  understanding: understood(...questions),
});

/** Asks until each of these is answered, one form after the other; what it was told is in `told`. */
function asking(...forms: PlanQuestion[][]): { scenario: Scenario; told: JsonObject[] } {
  const told: JsonObject[] = [];
  const plan = aFreePlan(`detail ${randomUUID()}`, 'book');
  const planning = (answers: JsonObject): PlanOutcome => {
    told.push(answers);
    const form = forms.find((questions) => questions.some(({ field }) => answers[field] === undefined));
    return form === undefined ? plannedAs(plan) : needs(...form);
  };
  return { scenario: { plan, planning }, told };
}

async function create(scenario: Scenario, more: object = { ask: true }): Promise<string> {
  const { body, status } = await api.post('/workflows/create', {
    userId: app.user(scenario),
    input: TASK,
    ...more,
  });
  expect(status).toBe(201);
  return body.workflow.id;
}

const answer = (id: string, body: object) => api.post(`/runs/${id}/inputs`, body);
const eventsOf = async (id: string) =>
  (await api.get(`/runs/${id}/events`)).body['events'] as { type: string; data: JsonObject }[];
const handleOf = (id: string) => app.deps.temporal.workflow.getHandle(id);
const approve = (id: string) => api.post(`/workflows/${id}/approve`, {});

/** Sets the workflow back to the end of its first task, as an operator does in Temporal. */
async function reset(id: string): Promise<void> {
  const { temporal, settings } = app.deps;
  const first = async () => {
    const { events } = await handleOf(id).fetchHistory();
    const done = events!.find(({ workflowTaskCompletedEventAttributes: facts }) => facts != null);
    return done?.eventId ?? undefined;
  };
  await expect.poll(first).toBeDefined(); // its row is written while its first task goes on
  await temporal.workflowService.resetWorkflowExecution({
    namespace: settings.temporalNamespace,
    workflowExecution: { workflowId: id },
    reason: 'a test',
    workflowTaskFinishEventId: (await first())!,
    requestId: randomUUID(),
  });
}

/** The workflow itself waits for an answer; after a reset its row says so before it does. */
async function untilAsked(id: string): Promise<void> {
  const state = (): Promise<JsonObject> =>
    handleOf(id)
      .query<JsonObject>('state')
      .catch(() => ({}));
  await expect.poll(async () => (await state())['waitingFor']).toBe('input');
}

describe('a task that lacks something, with ask', () => {
  test('waits for it, is answered, planned, approved and done', async () => {
    const { scenario, told } = asking([CITY, GUESTS]);
    const id = await create(scenario);
    const waiting = await untilStatus(api, id, 'awaiting_input');
    expect(waiting).toMatchObject({
      understanding: understood(CITY, GUESTS),
      awaitingInput: { id: 'detail-1', questions: [CITY, GUESTS], expiresAt: expect.stringMatching(/Z$/) },
    });
    expect(waiting).not.toHaveProperty('executionPlan');
    const inbox = (await api.get('/approvals?kind=input&status=pending')).body['approvals'] as JsonObject[];
    expect(inbox.find(({ run_id }) => run_id === id)).toMatchObject({
      prompt: 'The hotel needs a city and the number of guests.',
      form: [
        {
          id: 'city',
          type: 'choice',
          label: 'In which city?',
          choices: CITY.choices,
          description: 'For example Paris',
        },
        { id: 'guests', type: 'number', min: 1, max: 9 },
      ],
      can_answer: { scope: 'operate' },
    });
    expect(await answer(id, { data: { city: SECRET, guests: 2 } })).toMatchObject({ status: 202 });
    expect(await untilStatus(api, id, 'awaiting_approval')).not.toHaveProperty('awaitingInput');
    expect(told).toEqual([{}, { city: SECRET, guests: 2 }]);
    await approve(id);
    await untilStatus(api, id, 'completed');
    expect(JSON.stringify(await handleOf(id).fetchHistory())).not.toContain('"guests":2');
  });

  test('tells so on its stream, with the questions and until when', async () => {
    const id = await create(asking([GUESTS]).scenario);
    await untilStatus(api, id, 'awaiting_input');
    const stream = listen(app, `/workflows/${id}/stream?after=0`);
    await answer(id, { id: 'detail-1', data: { guests: 3 } });
    await untilStatus(api, id, 'awaiting_approval');
    await approve(id);
    await stream.closed;
    const types = stream.frames.map(({ type }) => String(type)).filter((type) => type.startsWith('workflow'));
    expect(types).toEqual([
      'workflow.planning',
      'workflow.awaiting_input',
      'workflow.planning',
      'workflow.plan_ready',
      'workflow.awaiting_approval',
      'workflow.approved',
      'workflow.executing',
      'workflow.completed',
    ]);
    expect(stream.frames.find(({ type }) => type === 'workflow.awaiting_input')?.['data']).toEqual({
      question: 'detail-1',
      questions: [GUESTS],
      expiresAt: expect.any(Number),
    });
  });

  test('refuses an answer that does not fit by field, and loses nothing', async () => {
    const id = await create(asking([CITY, GUESTS]).scenario);
    await untilStatus(api, id, 'awaiting_input');
    const bad = await answer(id, { data: { city: 'Rome', guests: 20 } });
    expect(bad).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    expect(bad.body['errors']).toMatchObject([{ path: 'city' }, { path: 'guests' }]);
    expect((await answer(id, { id: 'detail-2', data: { city: 'Paris' } })).status).toBe(409);
    await untilStatus(api, id, 'awaiting_input');
    const good = { data: { city: 'Paris', guests: 2 } };
    expect((await Promise.all([1, 2].map(() => answer(id, good)))).map(({ status }) => status)).toEqual([
      202, 202,
    ]);
    expect((await answer(id, { ...good, id: 'detail-1' })).status).toBe(202);
    const other = { id: 'detail-1', data: { city: 'Munich', guests: 2 } };
    expect((await answer(id, other)).body['code']).toBe('question_not_open');
    await untilStatus(api, id, 'awaiting_approval');
    expect((await eventsOf(id)).filter(({ type }) => type === 'input.received')).toHaveLength(1);
  });

  test('may ask again, and the rounds add up', async () => {
    const { scenario, told } = asking([CITY], [GUESTS]);
    const id = await create(scenario);
    await untilStatus(api, id, 'awaiting_input');
    const socket = listen(app, `/runs/${id}/events`);
    await expect.poll(() => socket.frames.length).toBeGreaterThan(0);
    socket.send({ type: 'input', id: 1, data: { city: 'Paris' } });
    await expect
      .poll(async () => (await api.get(`/workflows/${id}`)).body.workflow['awaitingInput'])
      .toMatchObject({ id: 'detail-2', questions: [GUESTS] });
    await handleOf(id).signal('input', { data: { guests: 4 } });
    await untilStatus(api, id, 'awaiting_approval');
    expect(told.at(-1)).toEqual({ city: 'Paris', guests: 4 });
    socket.socket.close();
  });

  test('asks five times at most', async () => {
    const id = await create({ plan: aFreePlan('never', 'a'), planning: needs(GUESTS) });
    for (const round of [1, 2, 3, 4, 5]) {
      await expect
        .poll(async () => (await api.get(`/workflows/${id}`)).body.workflow['awaitingInput'])
        .toMatchObject({ id: `detail-${round}` });
      expect((await answer(id, { id: `detail-${round}`, data: { guests: round } })).status).toBe(202);
    }
    expect(await untilStatus(api, id, 'failed')).toMatchObject({ error: { code: 'NEEDS_DETAIL' } });
  });

  test('is cancelled at once', async () => {
    const id = await create(asking([GUESTS]).scenario);
    await untilStatus(api, id, 'awaiting_input');
    expect((await api.post(`/workflows/${id}/cancel`, {})).body['status']).toBe('cancelled');
    await untilStatus(api, id, 'cancelled');
    expect((await answer(id, { data: { guests: 2 } })).body['code']).toBe('invalid_state');
  });

  test('keeps an approval that binds itself until there is a plan', async () => {
    const { scenario } = asking([GUESTS]);
    const id = await create(scenario, { ask: true, maxCost: 1 });
    await untilStatus(api, id, 'awaiting_input');
    expect((await approve(id)).status).toBe(202);
    await answer(id, { data: { guests: 2 } });
    await untilStatus(api, id, 'completed');
  });

  test('goes on with other workers as if nothing had happened', async () => {
    const { scenario, told } = asking([GUESTS]);
    const id = await create(scenario);
    await untilStatus(api, id, 'awaiting_input');
    await app.restartWorkers();
    await answer(id, { data: { guests: 2 } });
    await untilStatus(api, id, 'awaiting_approval');
    expect(told.at(-1)).toEqual({ guests: 2 });
  });
});

describe('a task whose workflow is reset', () => {
  test('while it asks goes on asking the same, until the same moment', async () => {
    const { scenario, told } = asking([GUESTS]);
    const id = await create(scenario);
    const before = await untilStatus(api, id, 'awaiting_input');
    const plannings = told.length;
    await reset(id);
    await untilAsked(id);
    const { workflow } = (await api.get(`/workflows/${id}`)).body;
    expect(workflow['awaitingInput']).toEqual(before['awaitingInput']);
    expect((await answer(id, { data: { guests: 2 } })).status).toBe(202);
    await untilStatus(api, id, 'awaiting_approval');
    expect(told.slice(plannings)).toEqual([{ guests: 2 }]);
    expect((await eventsOf(id)).filter(({ type }) => type === 'run.awaiting_input')).toHaveLength(1);
  });

  test('after it was answered does not ask that again', async () => {
    const { scenario, told } = asking([CITY], [GUESTS]);
    const id = await create(scenario);
    await untilStatus(api, id, 'awaiting_input');
    await answer(id, { id: 'detail-1', data: { city: 'Paris' } });
    await expect
      .poll(async () => (await api.get(`/workflows/${id}`)).body.workflow['awaitingInput'])
      .toMatchObject({ id: 'detail-2' });
    await reset(id);
    await untilAsked(id);
    expect((await answer(id, { id: 'detail-2', data: { guests: 2 } })).status).toBe(202);
    await untilStatus(api, id, 'awaiting_approval');
    expect(told.at(-1)).toEqual({ city: 'Paris', guests: 2 });
    expect((await eventsOf(id)).filter(({ type }) => type === 'run.awaiting_input')).toHaveLength(2);
    await approve(id);
    await untilStatus(api, id, 'completed');
  });
});

describe('a task that lacks something, without ask', () => {
  test('fails with the questions in the shape of the contract, and what was understood', async () => {
    const id = await create(asking([CITY, GUESTS]).scenario, {});
    const failed = await untilStatus(api, id, 'failed');
    expect(failed).toMatchObject({
      understanding: understood(CITY, GUESTS),
      error: {
        code: 'NEEDS_DETAIL',
        recoverable: true,
        message: 'The hotel needs a city and the number of guests.',
        details: [
          { path: 'city', message: 'In which city?', choices: CITY.choices, example: 'Paris' },
          { path: 'guests', message: 'For how many?', min: 1, max: 9 },
        ],
      },
    });
    expect((await api.get(`/runs/${id}`)).body).toMatchObject({
      error: { code: 'NEEDS_DETAIL', details: [{ path: 'city' }, { path: 'guests' }] },
    });
    expect((await answer(id, { data: { guests: 2 } })).body['code']).toBe('invalid_state');
  });

  test('tells what else a refusal has to say', async () => {
    const details = { categories: [{ category: 'travel', from: 0.3 }] };
    const planning: PlanOutcome = {
      kind: 'failed',
      code: 'NO_SERVICE',
      message: 'No service does that.',
      recoverable: true,
      details,
      understanding: understood(),
    };
    const id = await create({ plan: aFreePlan('none', 'a'), planning }, { ask: true });
    expect(await untilStatus(api, id, 'failed')).toMatchObject({
      error: { code: 'NO_SERVICE', details },
      understanding: understood(),
    });
  });
});

describe('ask', () => {
  test('is true or false', async () => {
    const body = { userId: app.user(), input: TASK, ask: 'yes' };
    expect(await api.post('/workflows/create', body)).toMatchObject({ status: 400 });
  });

  test('stays with another run of another task, which may say otherwise', async () => {
    const { scenario } = asking([GUESTS]);
    const id = await create(scenario);
    await untilStatus(api, id, 'awaiting_input');
    await api.post(`/workflows/${id}/cancel`, {});
    await untilStatus(api, id, 'cancelled');
    const again = async (input: unknown): Promise<string> =>
      String((await api.post(`/runs/${id}/rerun`, { input })).body['run_id']);
    await untilStatus(api, await again('Book another hotel, then'), 'awaiting_input');
    await untilStatus(api, await again({ input: 'Book another hotel, then', ask: false }), 'failed');
    expect((await api.post(`/runs/${id}/rerun`, { input: { input: TASK, ask: 1 } })).status).toBe(400);
  });
});
