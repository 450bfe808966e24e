import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AssembleContext } from '../../domain/plan/assemble.ts';
import {
  malformed,
  overloaded,
  plan,
  rateLimited,
  refusal,
  startAnthropicStub,
  type AnthropicStub,
} from '../../tests/support/anthropic-stub.ts';
import { readPlainly } from '../../tests/support/read-plainly.ts';
import { modelCall, modelPlan } from '../../tests/support/model-plan.ts';
import { sampleBook, sampleCatalogue } from '../../tests/support/sample-catalogue.ts';
import { createModel } from '../llm/create-model.ts';
import { createAskModel, type AskModel } from './ask-model.ts';
import type { ModelPlan } from './model-schema.ts';
import { askForPlan } from './plan-with-model.ts';

const TODAY = '2025-11-21';
const KEY = 'sk-ant-secret';
const context: AssembleContext = { services: sampleCatalogue(), book: sampleBook, codes: ['USDC'] };
const REQUEST = 'Analyze SOL prices of 30 days';
const history = modelCall(
  'price-history',
  { symbol: 'SOL', days: 30 },
  { id: 'history', outputKey: 'history', action: 'Historical price data for a crypto token' },
);
const statistics = modelCall(
  'series-statistics',
  {},
  {
    id: 'stats',
    action: 'Trend analysis and statistics over a numeric series',
    inputMapping: [{ param: 'series', from: 'history.series' }],
    dependencies: ['history'],
  },
);
const planOf = (...steps: ModelPlan['steps']): ModelPlan => modelPlan(REQUEST, steps);

let stub: AnthropicStub;
let ask: AskModel;
beforeAll(async () => {
  stub = await startAnthropicStub();
  const settings = { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: stub.url, LLM_MODEL: 'test-model' };
  const model = createModel(settings, { who: 'The planning model', timeoutMs: 5000 })!;
  ask = createAskModel((request) => model.ask(request));
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

const planning = (over: Partial<AssembleContext> = {}) =>
  askForPlan(ask, {
    input: REQUEST,
    today: TODAY,
    reading: readPlainly(REQUEST, TODAY),
    context: { ...context, ...over },
  });

describe('planning with a model', () => {
  it('checks and prices the plan it gets', async () => {
    stub.script(plan(planOf(history, statistics)));
    const outcome = await planning();
    expect(outcome).toMatchObject({
      kind: 'planned',
      intent: { classification: 'data_analysis', entities: { symbols: 'SOL' } },
    });
    expect(outcome.kind === 'planned' && outcome.plan).toMatchObject({
      totalEstimatedCost: '70000',
      steps: [{ params: { symbol: 'SOL', days: 30 } }, { inputMapping: { series: 'history.series' } }],
    });
  });

  it('asks for the strict schema with the request, the limit and the catalogue as data', async () => {
    stub.script(plan(planOf(history)));
    await planning({ maxCost: '1.5' });
    const [request] = stub.requests;
    expect(request).toMatchObject({
      path: '/v1/messages',
      body: { model: 'test-model', output_config: { format: { type: 'json_schema' } } },
    });
    const said = request!.body.messages[0]!.content;
    expect(said).toContain(`<request>\n${REQUEST}\n</request>`);
    expect(said).toContain('at most 1.5 USDC');
    expect(said).toContain('"id":"price-history"');
  });

  it('gives the problems back once, and takes the corrected plan', async () => {
    const wrong = { ...statistics, inputMapping: [{ param: 'series', from: 'nothing.series' }] };
    stub.script(plan(planOf(history, wrong)), plan(planOf(history, statistics)));
    expect(await planning()).toMatchObject({ kind: 'planned' });
    expect(stub.requests).toHaveLength(2);
    expect(stub.requests[1]?.body.messages.at(-1)?.content).toContain(
      'must begin with the outputKey of a step it depends on',
    );
  });

  it('gives up after one correction', async () => {
    stub.script(plan(planOf({ ...history, dependencies: ['history'] })));
    expect(await planning()).toMatchObject({ kind: 'refused', problem: { code: 'PLAN_INVALID' } });
    expect(stub.requests).toHaveLength(2);
  });

  it('asks once for a cheaper plan', async () => {
    stub.script(plan(planOf(history, statistics)), plan(planOf(history)));
    expect(await planning({ maxCost: '0.06' })).toMatchObject({ kind: 'planned' });
    stub.script(plan(planOf(history, statistics)));
    expect(await planning({ maxCost: '0.06' })).toMatchObject({
      kind: 'refused',
      problem: { code: 'MAX_COST_EXCEEDED' },
    });
  });

  it('never takes another service for one that is not in the catalogue', async () => {
    const unknown = { ...history, serviceId: 'price-histories' };
    stub.script(plan(planOf(unknown)), plan(planOf(history)));
    expect(await planning()).toMatchObject({
      kind: 'planned',
      plan: { steps: [{ serviceId: 'price-history' }] },
    });
    expect(stub.requests[1]?.body.messages.at(-1)?.content).toContain(
      'names the service "price-histories", which is not in the catalogue',
    );
    stub.script(plan(planOf(unknown)));
    expect(await planning()).toMatchObject({ kind: 'refused', problem: { code: 'PLAN_INVALID' } });
  });

  it('takes a plan in a fence, and keeps words that models repeat plain and short', async () => {
    const action = 'Historical price data\u202e\u200b for a <b>crypto</b> token';
    const made = { ...planOf({ ...history, action }), classification: `x\0${'y'.repeat(3_000_000)}` };
    stub.script({ kind: 'text', text: `\`\`\`json\n${JSON.stringify(made)}\n\`\`\`` });
    const outcome = await planning();
    expect(outcome).toMatchObject({
      kind: 'planned',
      intent: { classification: `x\ufffd${'y'.repeat(198)}` },
      plan: { steps: [{ action: 'Historical price data for a ‹b›crypto‹/b› token' }] },
    });
  });

  it('tells a plan of 3 MB what is wrong with it, at no such length', async () => {
    stub.script(plan(planOf({ ...history, action: 'x'.repeat(3_000_000) })));
    expect(await planning()).toMatchObject({ kind: 'refused', problem: { code: 'PLAN_INVALID' } });
    const again = stub.requests[1]!.body.messages.map(({ content }) => content.length);
    expect(Math.max(...again)).toBeLessThan(250_000);
  });

  it('corrects params that are no JSON', async () => {
    stub.script(
      plan(planOf({ ...history, params: [{ name: 'symbol', json: 'SOL' }] })),
      plan(planOf(history)),
    );
    expect(await planning()).toMatchObject({ kind: 'planned' });
  });
});

describe('a model that does not deliver', () => {
  it('is asked again later when it is busy or away', async () => {
    stub.script(rateLimited(7));
    expect(await planning()).toMatchObject({ kind: 'retry', retryAfterMs: 7000 });
    stub.script(overloaded());
    expect(await planning()).toMatchObject({ kind: 'retry' });
    stub.script({ kind: 'silence' });
    expect(await planning()).toMatchObject({
      kind: 'retry',
      message: 'The planning model could not be reached.',
    });
    expect(stub.requests).toHaveLength(3);
  });

  it.each([
    ['a page', { body: '<html><title>Sign in</title></html>', type: 'text/html' }],
    ['a page that says it is JSON', { body: '<html></html>' }],
    ['another object', { body: '{"error":{"message":"over quota"}}' }],
    ['null', { body: 'null' }],
    ['a list', { body: '[]' }],
    ['a text', { body: '"plan"' }],
    ['a number', { body: '7' }],
    ['broken JSON', { body: '{"id":' }],
    ['nothing', { body: '' }],
    ['no content', { body: '{"type":"message","content":null,"stop_reason":"end_turn"}' }],
    ['content that is no list of blocks', { body: '{"content":[null,7,{"type":"text","text":5}]}' }],
    ['more than 8 MiB', { body: JSON.stringify({ content: 'x'.repeat(9 * 1024 * 1024) }) }],
  ])('has failed when %s comes in its place', async (_, answer) => {
    stub.script({ kind: 'raw', ...answer });
    expect(await planning()).toEqual({
      kind: 'failed',
      message: expect.stringMatching(/^(What answered in place of|The planning model answered)/) as string,
    });
    expect(stub.requests).toHaveLength(1);
  });

  it.each(['max_tokens', 'model_context_window_exceeded', 'pause_turn'])(
    'has failed when it ends with %s',
    async (stopReason) => {
      stub.script({ kind: 'text', text: '{"steps":[', stopReason });
      expect(await planning()).toMatchObject({ kind: 'failed' });
    },
  );

  it('has failed when it refuses, rambles, or rejects the key, without a word of what was said', async () => {
    for (const answer of [
      refusal(),
      malformed(),
      { kind: 'error', status: 401, type: 'authentication_error', message: `bad key ${KEY}` } as const,
    ]) {
      stub.script(answer);
      const outcome = await planning();
      expect(outcome.kind).toBe('failed');
      expect(JSON.stringify(outcome)).not.toMatch(/sk-ant|cannot help|steps/);
    }
  });
});
