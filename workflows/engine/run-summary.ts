import type { FinishedRun, FinishRequest } from '../../domain/ports/ledger.ts';
import type { ValueRef } from '../../domain/ports/values.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';

/** What Temporal's UI shows as the result of a run: small, and nothing that the history does not have anyway. */
export type RunSummary = {
  status: FinishRequest['status'];
  /** Whole units, as the ledger has it. */
  cost: FinishedRun['cost'];
  /** Where the API has all of it. */
  see: string;
  output?: Json;
  error?: JsonObject;
};

const LARGEST_SHOWN = 1000; // characters of JSON

export function summarise(
  { runId, status, outputs, error }: Pick<FinishRequest, 'runId' | 'status' | 'outputs' | 'error'>,
  { cost }: FinishedRun,
): RunSummary {
  return {
    status,
    cost,
    see: `/runs/${runId}`,
    ...(status === 'completed' && { output: outputOf(Object.entries(outputs)) }),
    ...(error && { error: { code: error.code, message: error.message } }),
  };
}

/** As in the projection: the only output itself, else all of them by their keys. */
function outputOf(outputs: [string, ValueRef][]): Json {
  const shown = outputs.map(([key, value]) => [key, shownAs(value)] as const);
  return shown.length === 1 ? shown[0]![1] : Object.fromEntries(shown);
}

function shownAs(value: ValueRef): Json {
  if ('ref' in value) return { ...value };
  const size = JSON.stringify(value.inline).length;
  return size <= LARGEST_SHOWN ? value.inline : { size };
}
