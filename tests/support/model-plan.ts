import type { AskModel } from '../../activities/planner/ask-model.ts';
import type { ModelPlan } from '../../activities/planner/model-schema.ts';

type ModelStep = ModelPlan['steps'][number];

const NO_LIMITS: ModelPlan['limits'] = {
  maxCost: null,
  maxTimeSeconds: null,
  verifiedOnly: false,
  notFrom: [],
};

/** A call of a service as a model proposes it. */
export const modelCall = (
  serviceId: string,
  params: { [name: string]: unknown },
  more: Partial<ModelStep> = {},
): ModelStep => ({
  id: serviceId,
  type: 'service_call',
  serviceId,
  action: `Use ${serviceId}`,
  params: Object.entries(params).map(([name, value]) => ({ name, json: JSON.stringify(value) })),
  inputMapping: [],
  outputKey: serviceId.replaceAll('-', '_'),
  dependencies: [],
  parallelizable: true,
  ...more,
});

/** A model's answer; every service call is said to be asked for by `task`, unless `parts` say otherwise. */
export function modelPlan(task: string, steps: ModelStep[], more: Partial<ModelPlan> = {}): ModelPlan {
  const tasks = steps
    .filter(({ type }) => type === 'service_call')
    .map(({ id }) => ({ text: task, as: 'task' as const, step: id, field: null }));
  return {
    parts: tasks,
    assumptions: [],
    ignored: [],
    limits: NO_LIMITS,
    questions: [],
    classification: 'data_analysis',
    entities: [{ name: 'symbols', values: ['SOL'] }],
    confidence: 0.95,
    requiredCapabilities: ['price'],
    steps,
    ...more,
  };
}

/** A model that answers with these plans one after the other, the last one again and again, and keeps what it was told. */
export function standInModel(...plans: ModelPlan[]): { ask: AskModel; told: string[]; calls: () => number } {
  const told: string[] = [];
  let calls = 0;
  return {
    told,
    calls: () => calls,
    ask: (system, turns) => {
      told.push([system, ...turns.map(({ content }) => content)].join('\n'));
      const plan = plans[Math.min(calls, plans.length - 1)]!;
      calls += 1;
      return Promise.resolve({ kind: 'plan', plan, raw: JSON.stringify(plan) });
    },
  };
}
