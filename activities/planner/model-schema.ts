import { z } from 'zod';
import { parseExact } from '../../domain/exact-json.ts';
import type { Json } from '../../schemas/core/json.ts';
import { plainText } from '../../domain/plain-text.ts';
import type { Claims } from '../../domain/plan/understanding/claims.ts';
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

const AS = ['task', 'value', 'limit', 'excluded', 'unavailable', 'context'] as const;

const ModelPart = z.object({
  text: z.string().describe('A passage of the request, letter by letter'),
  as: z.enum(AS),
  step: z.string().nullable().describe('Id of the step that does it or has it; null for the others'),
  field: z.string().nullable().describe('The param that has the value; null for the others'),
});

const ModelQuestion = z.object({
  field: z.string().describe('Name of the param that is asked for, else a short name'),
  service: z.string().nullable().describe('Id of the service that needs it'),
  question: z.string(),
  type: z.enum(['text', 'number', 'boolean', 'choice']),
  choices: z.array(z.string()),
  example: z.string().nullable(),
});

const ModelLimits = z.object({
  maxCost: z
    .object({ amount: z.string().describe('Plain decimal, e.g. "0.05"'), asset: z.string() })
    .nullable(),
  maxTimeSeconds: z.number().nullable(),
  verifiedOnly: z.boolean(),
  notFrom: z.array(z.string()),
});

/** What the model answers with. */
export const ModelPlan = z.object({
  parts: z.array(ModelPart).describe('Every passage of the request and what it was taken for'),
  assumptions: z.array(z.object({ step: z.string(), field: z.string(), why: z.string() })),
  ignored: z.array(z.string()).describe('Passages that the plan does not use'),
  limits: ModelLimits,
  questions: z.array(ModelQuestion).describe('What must be known first; then no steps'),
  classification: z.string(),
  entities: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  confidence: z.number(),
  requiredCapabilities: z.array(z.string()),
  steps: z.array(ModelStep),
});
export type ModelPlan = z.infer<typeof ModelPlan>;

/** A model's answer as a proposal with its claims; texts that are no JSON become problems that it can correct. */
export function toDraft(plan: ModelPlan): { draft: Draft; claims: Claims; problems: string[] } {
  const problems: string[] = [];
  const steps = plan.steps.map((step) => toStep(step, problems));
  return {
    problems,
    claims: toClaims(plan),
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

/** The claims as they are said: `checkClaims` believes none of them. */
function toClaims({ parts, assumptions, ignored, limits, questions, confidence }: ModelPlan): Claims {
  const { maxCost, maxTimeSeconds, verifiedOnly, notFrom } = limits;
  const ms = Math.floor((maxTimeSeconds ?? 0) * 1000);
  return {
    parts: parts.map(({ text, as, step, field }) => ({
      text,
      as,
      ...(step === null ? {} : { step }),
      ...(field === null ? {} : { field }),
    })),
    assumptions,
    ignored,
    limits: {
      ...(maxCost !== null && /^\d{1,30}(\.\d{1,30})?$/.test(maxCost.amount) ? { maxCost } : {}),
      ...(Number.isSafeInteger(ms) && ms > 0 ? { maxTimeMs: ms } : {}),
      ...(verifiedOnly ? { verifiedOnly: true } : {}),
      ...(notFrom.length > 0 ? { notFrom: notFrom.slice(0, 50).map(words) } : {}),
    },
    questions: questions.slice(0, 50).map(({ service, example, ...asked }) => ({
      ...asked,
      ...(service === null ? {} : { service }),
      ...(example === null ? {} : { example }),
    })),
    confidence: Math.min(1, Math.max(0, confidence)),
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
