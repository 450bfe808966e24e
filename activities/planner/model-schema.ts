import { z } from 'zod';
import { parseExact } from '../../domain/exact-json.ts';
import type { Json } from '../../schemas/core/json.ts';
import { plainText } from '../../domain/plain-text.ts';
import type { Draft, DraftStep } from '../../domain/plan/draft.ts';

/** Strict schemas know no free-form objects, so params travel as names with JSON texts. */
const Param = z.object({
  name: z.string(),
  json: z.string().describe('The value as JSON text, e.g. "\\"SOL\\"", "30", "[1,2]"'),
});

const ModelStep = z.object({
  id: z.string().describe('Unique: letters, digits, _ or -'),
  type: z.enum(['service_call', 'data_transform', 'conditional']),
  serviceId: z.string().nullable().describe('Id of a catalogue service; null unless type is service_call'),
  action: z.string().describe('What the step does, in the words of the service description'),
  params: z.array(Param),
  inputMapping: z.array(
    z.object({ param: z.string(), from: z.string().describe('outputKey or outputKey.a.b[0]') }),
  ),
  outputKey: z.string().describe('Unique name of the output'),
  dependencies: z.array(z.string()).describe('Ids of steps that must finish first'),
  parallelizable: z.boolean(),
});

/** What the model answers with. */
export const ModelPlan = z.object({
  classification: z.string(),
  entities: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  confidence: z.number(),
  requiredCapabilities: z.array(z.string()),
  steps: z.array(ModelStep),
});
export type ModelPlan = z.infer<typeof ModelPlan>;

/** A model's answer as a proposal; texts that are no JSON become problems that it can correct. */
export function toDraft(plan: ModelPlan): { draft: Draft; problems: string[] } {
  const problems: string[] = [];
  const steps = plan.steps.map((step) => toStep(step, problems));
  return {
    problems,
    draft: {
      steps,
      intent: {
        classification: words(plan.classification),
        entities: Object.fromEntries(
          plan.entities.slice(0, 50).map(({ name, values }) => {
            const said = values.slice(0, 50).map(words);
            return [words(name), said.length === 1 ? said[0]! : said];
          }),
        ),
        confidence: Math.min(1, Math.max(0, plan.confidence)),
        requiredCapabilities: plan.requiredCapabilities.slice(0, 50).map(words),
      },
    },
  };
}

/** A model repeats what catalogues told it, and may say it at any length. */
const words = (text: string): string => plainText(text.slice(0, 1000)).slice(0, 200).toWellFormed();

function toStep(step: z.infer<typeof ModelStep>, problems: string[]): DraftStep {
  const params = Object.fromEntries(
    step.params.map(({ name, json }) => [name, parse(json, name, step.id, problems)]),
  );
  const { id, type, action, outputKey, dependencies, parallelizable } = step;
  return {
    id,
    type,
    ...(step.serviceId === null ? {} : { serviceId: step.serviceId }),
    action: plainText(action),
    params,
    ...(step.inputMapping.length === 0
      ? {}
      : { inputMapping: Object.fromEntries(step.inputMapping.map(({ param, from }) => [param, from])) }),
    outputKey,
    dependencies,
    parallelizable,
  };
}

function parse(json: string, name: string, id: string, problems: string[]): Json {
  try {
    return parseExact(json);
  } catch {
    problems.push(`Step "${id}": the param "${name}" is not JSON; texts need quotation marks.`);
    return null;
  }
}
