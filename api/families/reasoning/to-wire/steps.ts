import type { StepRow } from '../../../../db/repositories/runs.ts';
import type { PaymentFact } from '../../../../db/repositories/run-detail.ts';
import type { Json, JsonObject } from '../../../../schemas/core/json.ts';
import type { StepResult } from '../../../../schemas/families/reasoning.ts';
import { money } from './money.ts';
import { isObject } from '../../../../domain/json.ts';

const RESULT_FIELDS = ['output', 'outputRef', 'error', 'code', 'paymentSignature', 'refunded'] as const;

/** A step's result as events carry it, its cost (minor units) as a number; `decimals` of the asset it was paid in. */
export function toWireResult(result: JsonObject, decimals: number): JsonObject {
  const cost = typeof result['cost'] === 'string' ? result['cost'] : '0';
  return { ...result, cost: money(cost, decimals) };
}

/** What the projection knows of how a step went: what was noted while it ran, then its result. */
export function resultOf({ data }: StepRow): JsonObject {
  const { result, compensation: _undo, ...direct } = data;
  return { ...direct, ...(isObject(result) ? result : {}) };
}

/** A step's result as the projection and its payment tell it. Steps that were skipped or undone keep what they cost. */
export function toStepResult(row: StepRow, payment: PaymentFact | undefined, decimals: number): StepResult {
  const data = resultOf(row);
  const settled = payment?.status === 'settled';
  const signature = payment?.tx_hash ?? data['paymentSignature'];
  return {
    stepId: row.step_id,
    status: row.status,
    success: data['success'] === true,
    ...Object.fromEntries(
      RESULT_FIELDS.flatMap((field) => (data[field] === undefined ? [] : [[field, data[field]]])),
    ),
    cost: money(settled ? payment.amount : text(data['cost'], '0'), decimals),
    time: number(data['time'], 0),
    attempts: number(data['attempts'], 0),
    ...(typeof signature === 'string' ? { paymentSignature: signature } : {}),
    ...(payment === undefined ? {} : { payment: toWirePayment(payment) }),
  };
}

const toWirePayment = ({
  id,
  status,
  network,
  amount,
  pay_to,
}: PaymentFact): NonNullable<StepResult['payment']> => ({
  intentId: id,
  status,
  network,
  amountMinor: amount,
  payTo: pay_to,
});

/** Results by step id, each with the payment that counts: its last one. */
export function toStepResults(
  steps: readonly StepRow[],
  payments: readonly PaymentFact[],
  decimals: number,
): { [stepId: string]: StepResult } {
  const last = new Map(payments.map((payment) => [payment.step_id, payment]));
  return Object.fromEntries(
    steps.map((row) => [row.step_id, toStepResult(row, last.get(row.step_id), decimals)]),
  );
}
const text = (value: Json | undefined, fallback: string): string =>
  typeof value === 'string' ? value : fallback;
const number = (value: Json | undefined, fallback: number): number =>
  typeof value === 'number' ? value : fallback;
