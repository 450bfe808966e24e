import type { EventRow } from '../../../../db/repositories/events.ts';
import type { Plan } from '../../../../domain/plan/plan.ts';
import { toWirePlan } from '../../../../domain/plan/wire.ts';
import type { EngineEvent } from '../../../../schemas/core/event.ts';
import type { Json, JsonObject } from '../../../../schemas/core/json.ts';
import type { WorkflowEvent, WorkflowEventType } from '../../../../schemas/families/reasoning.ts';
import { moneyIn, money } from './money.ts';
import { toWireResult } from './steps.ts';
import { isObject } from '../../../../domain/json.ts';

/** Words for the core's; what has none is progress. Nothing is left out, so `seq` has no gaps. */
const TYPES: { readonly [type in EngineEvent]?: WorkflowEventType } = {
  'run.planning': 'workflow.planning',
  'run.awaiting_input': 'workflow.awaiting_input',
  'run.plan_ready': 'workflow.plan_ready',
  'run.running': 'workflow.executing',
  'run.compensating': 'workflow.rolling_back',
  'run.compensated': 'workflow.rolled_back',
  'run.completed': 'workflow.completed',
  'run.failed': 'workflow.failed',
  'run.cancelled': 'workflow.cancelled',
  'approval.requested': 'workflow.awaiting_approval',
  'approval.granted': 'workflow.approved',
  'approval.ignored': 'approval.ignored',
  'step.started': 'step.started',
  'step.progress': 'step.progress',
  'step.completed': 'step.completed',
  'step.failed': 'step.failed',
  'step.skipped': 'step.skipped',
  'step.compensated': 'step.compensated',
  'step.compensation_failed': 'step.compensation_failed',
};

export type DecimalsOf = (assetId: unknown) => number;

/** An event in the contract's words. */
export function toWireEvent(row: EventRow, decimalsOf: DecimalsOf): WorkflowEvent {
  return {
    workflowId: row.run_id,
    type: TYPES[row.type as EngineEvent] ?? 'step.progress',
    data: toWireData(row, decimalsOf),
    timestamp: row.at.getTime(),
    seq: row.seq,
  };
}

function toWireData({ type, data }: EventRow, decimalsOf: DecimalsOf): JsonObject {
  if (type === 'run.plan_ready') return planReady(data);
  if (type === 'run.awaiting_input') return asked(data);
  if (type === 'run.running') return isPlan(data['plan']) ? { plan: wirePlan(data['plan']) } : {};
  if (type === 'approval.granted') return only(data, ['planHash']);
  if (type === 'run.completed') return { output: data['output'] ?? null, ...totals(data) };
  if (type === 'run.failed') return { error: data['error'] ?? null, ...totals(data) };
  if (type === 'run.cancelled') return only(data, ['error']);
  if (type === 'run.cancel_requested') return { cancel_requested: true, ...only(data, ['reason']) };
  const { result } = data;
  return isObject(result) ? { ...data, result: toWireResult(result, decimalsOf(assetOf(result))) } : data;
}

function planReady(data: JsonObject): JsonObject {
  const { plan, cached } = data;
  if (!isPlan(plan)) return data;
  const wire = wirePlan(plan);
  return {
    plan: wire,
    estimatedCost: money(plan.totalEstimatedCost, plan.decimals),
    estimatedTime: plan.totalEstimatedTime,
    cached: cached ?? false,
    ...only(data, ['model']),
  };
}

/** `question` is what `POST /runs/{id}/inputs` calls `id`; times on streams are ms. */
const asked = (data: JsonObject): JsonObject => ({
  ...only(data, ['question', 'questions']),
  expiresAt: Date.parse(String(data['expires_at'])),
});

/** Plans are written by the engine only; its type is the shape of what is stored. */
const isPlan = (value: unknown): value is Plan =>
  typeof value === 'object' && value !== null && 'planHash' in value;

const wirePlan = (plan: Plan): JsonObject =>
  toWirePlan(plan, moneyIn(plan.decimals)) as unknown as JsonObject;

/** What a run cost and took; the engine tells the cost in minor units with the decimals of its asset. */
function totals({ totalCost, totalTime, decimals }: JsonObject): JsonObject {
  return {
    totalCost: money(
      typeof totalCost === 'string' ? totalCost : '0',
      typeof decimals === 'number' ? decimals : 0,
    ),
    totalTime: totalTime ?? 0,
  };
}

const assetOf = (result: JsonObject): Json | undefined =>
  isObject(result['payment']) ? result['payment']['asset'] : undefined;

const only = (data: JsonObject, fields: readonly string[]): JsonObject =>
  Object.fromEntries(fields.flatMap((field) => (data[field] === undefined ? [] : [[field, data[field]!]])));
