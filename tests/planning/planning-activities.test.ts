import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModel, type ModelSettings } from '../../activities/llm/create-model.ts';
import { createMetered } from '../../activities/llm/metered.ts';
import { createPlanningActivities, type PlanningDeps } from '../../activities/planner/activities.ts';
import { planHash } from '../../activities/planner/plan-hash.ts';
import { openDatabase, type Database } from '../../db/database.ts';
import { createJournal } from '../../db/journal.ts';
import { createNotifier, type Notifier } from '../../db/notifier.ts';
import { insertRun } from '../../db/repositories/runs.ts';
import { createSealer } from '../../db/sealing.ts';
import { EngineError } from '../../domain/errors.ts';
import { parsePrices } from '../../domain/models/prices.ts';
import type { PlanOutcome, PlanRequest } from '../../domain/ports/planning.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import {
  overloaded,
  plan,
  rateLimited,
  startAnthropicStub,
  type AnthropicStub,
} from '../support/anthropic-stub.ts';
import { bedrockAnswer } from '../support/bedrock-stub.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { modelCall, modelPlan } from '../support/model-plan.ts';
import { startModelServer, type Scripted } from '../support/model-server.ts';
import { openAiCompletion } from '../support/openai-stub.ts';
import { sampleBook, sampleCatalogue } from '../support/sample-catalogue.ts';

const REQUEST = 'Get the SOL price history of the last 30 days, compute statistics and compose a report';
const sealer = createSealer('a test secret of some length');

let fresh: FreshDatabase;
let database: Database;
let notifier: Notifier;
let stub: AnthropicStub;
let runs = 0;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = await openDatabase(fresh.url);
  notifier = createNotifier(database.pool);
  stub = await startAnthropicStub();
});
afterAll(async () => {
  await stub.close();
  await notifier.close();
  await database.close();
  await fresh.drop();
});

async function newRun(input: string, settings: JsonObject = {}): Promise<PlanRequest> {
  const runId = `run_${(runs += 1)}`;
  await insertRun(database.pool, sealer, {
    id: runId,
    tenant: 't',
    family: 'reasoning',
    kind: 'reasoning',
    subject: 'u',
    workflowId: runId,
    input: { input },
    settings,
  });
  return {
    runId,
    ride: { runId, events: [{ key: 'planning', type: 'run.planning', data: {}, status: 'planning' }] },
  };
}

const activitiesWith = (over: Partial<PlanningDeps> = {}) =>
  createPlanningActivities({
    db: database.pool,
    journal: createJournal(database.pool, notifier),
    sealer,
    assets: sampleBook,
    catalogue: { services: () => Promise.resolve({ services: sampleCatalogue(), version: 'v1' }) },
    ...over,
  });

const planned = (outcome: PlanOutcome) => {
  if (outcome.kind !== 'planned') throw new Error(JSON.stringify(outcome));
  return outcome;
};

describe('planning without a model', () => {
  it('plans by rules, commits the events that ride along, and keeps the plan for the next same request', async () => {
    const activities = activitiesWith();
    const request = await newRun(REQUEST);
    const first = planned(await activities.planFast(request));
    expect(first).toMatchObject({
      cached: false,
      model: 'offline',
      plan: { asset: 'USDC', totalEstimatedCost: '170000' },
    });
    expect(first.plan.planHash).toBe(planHash(first.plan));
    const { rows } = await database.pool.query('select type from event where run_id = $1', [request.runId]);
    expect(rows).toEqual([{ type: 'run.planning' }]);
    const again = planned(await activities.planFast(await newRun(REQUEST)));
    expect(again).toEqual({ ...first, cached: true });
    const indented = planned(await activities.planFast(await newRun(`  ${REQUEST.replace(' ', '\n')} `)));
    const { understanding, planHash: _, ...steps } = indented.plan;
    expect(indented.cached).toBe(true);
    expect(first.plan).toMatchObject(steps);
    expect(understanding?.parts.find(({ as }) => as === 'value')?.span[0]).toBe(REQUEST.indexOf('SOL') + 2);
  });

  it('plans again for another catalogue or another limit', async () => {
    const other = activitiesWith({
      catalogue: { services: () => Promise.resolve({ services: sampleCatalogue(), version: 'v2' }) },
    });
    expect(planned(await other.planFast(await newRun(REQUEST))).cached).toBe(false);
    expect(
      planned(await activitiesWith().planFast(await newRun(REQUEST, { maxCost: '200000', asset: 'USDC' })))
        .plan.limits,
    ).toEqual({ maxTotalAmount: '200000' });
  });

  it('fails with the contract codes', async () => {
    const codeOf = async (input: string, settings: JsonObject, over: Partial<PlanningDeps> = {}) => {
      const outcome = await activitiesWith(over).planFast(await newRun(input, settings));
      return outcome.kind === 'failed' ? outcome.code : outcome.kind;
    };
    expect(await codeOf(REQUEST, { maxCost: '1', asset: 'USDC' })).toBe('MAX_COST_EXCEEDED');
    expect(await codeOf('Make me a cheese sandwich', {})).toBe('NO_SERVICE');
    expect(await codeOf(REQUEST, { asset: 'SOL' })).toBe('NO_SERVICE');
  });

  it('waits while no catalogue answers, unless there is none', async () => {
    const planWith = async (passing: boolean) =>
      activitiesWith({
        catalogue: {
          services: () => Promise.reject(new EngineError('discovery_unavailable', 'Away.', { passing })),
        },
      }).planFast(await newRun(REQUEST));
    const failure = { kind: 'failed', code: 'DISCOVERY_UNAVAILABLE', message: 'Away.', recoverable: true };
    expect(await planWith(true)).toEqual({ kind: 'waiting', for: 'catalogue', otherwise: failure });
    expect(await planWith(false)).toEqual(failure);
  });

  it('waits when the part of the catalogue that answers is not enough', async () => {
    const part = (services: ReturnType<typeof sampleCatalogue>) =>
      activitiesWith({
        catalogue: { services: () => Promise.resolve({ services, version: 'part', whole: false }) },
      });
    expect(await part([]).planFast(await newRun(REQUEST))).toMatchObject({
      kind: 'waiting',
      for: 'catalogue',
      whole: true,
      otherwise: { code: 'DISCOVERY_UNAVAILABLE' },
    });
    const enough = part(sampleCatalogue());
    expect(planned(await enough.planFast(await newRun(REQUEST))).model).toBe('offline');
    const insisting = { ...(await newRun(REQUEST)), whole: true };
    expect(await enough.planFast(insisting)).toMatchObject({ kind: 'waiting', whole: true });
  });

  it('refuses a run that does not exist', async () => {
    const request = activitiesWith().planFast({ runId: 'absent', ride: { runId: 'absent', events: [] } });
    await expect(request).rejects.toMatchObject({ code: 'run_not_found' });
  });
});

describe('planning with a model', () => {
  const answer = modelPlan(REQUEST, [modelCall('price-history', { symbol: 'SOL', days: 30 })]);
  const withModel = (planningMs = 5000) =>
    activitiesWith({
      model: createMetered(
        createModel(
          { ANTHROPIC_API_KEY: 'sk-ant-secret', ANTHROPIC_BASE_URL: stub.url, LLM_MODEL: 'test-model' },
          { who: 'The planning model', timeoutMs: 10_000 },
        )!,
        { db: database, assets: sampleBook, prices: parsePrices('test-model:5:25') },
      ),
      planningMs,
    });

  it('leaves it to the model unless the plan is known', async () => {
    stub.script(plan(answer));
    const activities = withModel();
    expect(await activities.planFast(await newRun(REQUEST))).toEqual({ kind: 'needs_model' });
    const first = planned(await activities.planWithModel(await newRun(REQUEST)));
    expect(first).toMatchObject({ cached: false, model: 'test-model' });
    expect(planned(await activities.planFast(await newRun(REQUEST)))).toEqual({ ...first, cached: true });
  });

  it('plans with whichever provider LLM_PROVIDER names, and names its settings when it fails', async () => {
    const asked = 'Analyze SOL prices of 14 days';
    const text = JSON.stringify(modelPlan(asked, [modelCall('price-history', { symbol: 'SOL', days: 14 })]));
    const server = await startModelServer();
    const use = { input: 7, output: 8 };
    const planWith = async (settings: ModelSettings, ...script: Scripted[]) => {
      server.script(...script);
      const model = createModel(
        { ...settings, LLM_MODEL: settings.LLM_PROVIDER! },
        { who: 'The planning model' },
      )!;
      const metered = createMetered(model, { db: database, assets: sampleBook, prices: parsePrices('') });
      return activitiesWith({ model: metered }).planWithModel(await newRun(asked));
    };
    const openai: ModelSettings = {
      LLM_PROVIDER: 'openai',
      OPENAI_API_KEY: 'sk-secret',
      OPENAI_BASE_URL: `${server.url}/v1`,
    };
    const refused = await planWith(openai, { status: 401, body: { error: { message: 'bad sk-secret' } } });
    expect(refused).toMatchObject({
      code: 'PLANNING_FAILED',
      message: 'The planning model answered 401: check OPENAI_API_KEY.',
    });
    expect(planned(await planWith(openai, { body: openAiCompletion({ text, use }) })).model).toBe('openai');
    const bedrock: ModelSettings = {
      LLM_PROVIDER: 'bedrock',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: server.url,
    };
    expect(planned(await planWith(bedrock, { body: bedrockAnswer({ text, use }) })).model).toBe('bedrock');
    await server.close();
  });

  it('writes down what the model used, and asks nothing while a budget of tokens has no room', async () => {
    const asked = 'Analyze SOL prices of 30 days';
    stub.script(plan(modelPlan(asked, [modelCall('price-history', { symbol: 'SOL', days: 30 })])));
    const request = await newRun(asked);
    planned(await withModel().planWithModel(request));
    const { rows } = await database.pool.query(
      `select key, model, input_tokens, output_tokens, cost_micro_usd from model_use where run_id = $1 order by key`,
      [request.runId],
    );
    expect(rows[0]).toEqual({
      key: 'plan-1-1',
      model: 'test-model',
      input_tokens: 10,
      output_tokens: 20,
      cost_micro_usd: '550',
    });
    await database.pool.query(
      `insert into budget (id, tenant, name, applies_to, unit, decimals, amount, period, mode, created_by)
       values ('bud_t', 't', 'Few', '{"service": "model:test-model"}', 'TOKENS', 0, 10, 'total', 'hard', 'me')`,
    );
    const before = stub.requests.length;
    expect(await withModel().planWithModel(await newRun('Get the price of BTC now'))).toMatchObject({
      kind: 'failed',
      code: 'TOKENS_EXHAUSTED',
      message: expect.stringContaining('Budget "Few" has 10 left') as string,
      recoverable: true,
    });
    expect(stub.requests).toHaveLength(before);
    await database.pool.query(`delete from budget where id = 'bud_t'`);
  });

  it('waits while the model is busy or silent, for the time that it asks for', async () => {
    const otherwise = { kind: 'failed', code: 'PLANNING_FAILED', recoverable: true };
    const ask = async (planningMs?: number, withinMs?: number) =>
      withModel(planningMs).planWithModel({
        ...(await newRun('Get the price of ETH today')),
        ...(withinMs === undefined ? {} : { withinMs }),
      });
    stub.script(rateLimited(3));
    expect(await ask()).toMatchObject({ kind: 'waiting', for: 'model', retryAfterMs: 3000, otherwise });
    stub.script(overloaded());
    expect(await ask()).toMatchObject({ kind: 'waiting', for: 'model', otherwise });
    for (const [planningMs, withinMs] of [
      [50, undefined],
      [5000, 50],
    ]) {
      stub.script({ kind: 'silence' });
      const late = await ask(planningMs, withinMs);
      expect(late).toMatchObject({
        kind: 'waiting',
        otherwise: { message: 'The planning model took too long.' },
      });
    }
  });
});

describe('revising a plan', () => {
  it('gives the next revision with its own hash and commits the events that ride along', async () => {
    const activities = activitiesWith();
    const request = await newRun(REQUEST);
    const { plan: before } = planned(await activities.planFast(request));
    const ride = {
      runId: request.runId,
      events: [{ key: 'revised', type: 'step.progress' as const, data: {} }],
    };
    const after = await activities.revisePlan({
      ride,
      plan: before,
      limits: before.limits,
      steps: [{ id: before.steps[0]!.id, estimatedCost: '60000' }],
    });
    expect(after).toMatchObject({ revision: 2, totalEstimatedCost: '180000' });
    expect(after.planHash).not.toBe(before.planHash);
    const { rows } = await database.pool.query(
      `select 1 from event where run_id = $1 and event_key = 'revised'`,
      [request.runId],
    );
    expect(rows).toHaveLength(1);
  });
});
