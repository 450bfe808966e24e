import type { JsonObject } from '../../schemas/core/json.ts';
import type { Concluded } from './conclude.ts';
import type { End } from './task.ts';

/** The last line of `--json`. */
export function resultOf(end: End, exit: number, concluded: Concluded | undefined): object {
  if (end.kind !== 'ended') return { type: 'result', id: end.id, status: end.kind, exit };
  const { id, status, output, error, totalCost, executionPlan } = end.workflow;
  return {
    type: 'result',
    id,
    status,
    exit,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    totalCost,
    ...(executionPlan !== undefined && { asset: executionPlan.asset }),
    ...receiptOf(concluded),
  };
}

function receiptOf(concluded: Concluded | undefined): JsonObject {
  if (concluded?.check === undefined) return {};
  const { receipt, findings } = concluded.check;
  const valid = findings.every(({ verdict }) => verdict !== 'failed');
  const shown = findings.map(({ link, verdict, detail }) => ({ link, verdict, detail }));
  return { receipt: { valid, final: receipt.final, findings: shown } };
}
