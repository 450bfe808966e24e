import type { RunRow } from '../../../db/repositories/runs.ts';
import type { Rerun, RunSettings } from '../../../domain/run-settings.ts';
import type { RerunBody } from '../../../schemas/core/api.ts';
import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { CreateWorkflow } from '../../../schemas/families/reasoning.ts';
import type { Ctx } from '../../context.ts';
import type { StartRequest } from '../../runs/start-request.ts';
import { invalidField, newWorkflowId, workflowStart } from './create.ts';
import { FAMILY } from './names.ts';
import type { ReasoningOptions } from './options.ts';
import { isObject } from '../../../domain/json.ts';

/** The same task for the same user within the same limits; the installation's durations are today's. */
export async function rerunWorkflow(
  { deps }: Ctx,
  options: ReasoningOptions,
  of: RunRow,
  { from_step, input }: NonNullable<RerunBody>,
): Promise<StartRequest> {
  const id = newWorkflowId(Date.now());
  const before = deps.sealer.open('run.input', of.input_sealed) as JsonObject;
  const rerun: Rerun = { of: of.id, ...(from_step === undefined ? {} : { fromStep: from_step }) };
  return {
    run: {
      id,
      tenant: of.tenant,
      family: FAMILY,
      kind: FAMILY,
      subject: of.subject,
      workflowId: id,
      input: input === undefined ? before : { ...before, input: taskOf(input) },
      purse: of.purse,
      settings: {
        ...limitsOf(of.settings),
        ...options.run,
        ...(input === undefined ? { rerun: { ...rerun } } : askOf(of.settings, input)),
      },
    },
    start: workflowStart(options),
  };
}

const LIMITS = ['maxCost', 'maxTimeMs', 'asset'] as const satisfies readonly (keyof RunSettings | 'asset')[];

const limitsOf = (settings: JsonObject): JsonObject =>
  Object.fromEntries(
    LIMITS.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
  );

/** Another task may be asked about if the first one could, or if it says so itself. */
function askOf({ ask: before }: JsonObject, input: Json): JsonObject {
  const ask = isObject(input) ? (input['ask'] ?? before) : before;
  const parsed = CreateWorkflow.shape.ask.safeParse(ask);
  if (!parsed.success) throw invalidField('input.ask', 'Must be true or false.');
  return parsed.data === true ? { ask: true } : {};
}

/** A task in plain words, as a workflow is created with: a string, or `{"input": string, "ask"?: boolean}`. */
function taskOf(input: Json): string {
  const text = isObject(input) ? input['input'] : input;
  const parsed = CreateWorkflow.shape.input.safeParse(text);
  if (!parsed.success)
    throw invalidField('input', parsed.error.issues[0]?.message ?? 'Say the task in words.');
  return parsed.data;
}
