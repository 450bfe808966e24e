import type { Queryable } from '../../db/ledger.ts';
import { findStep, stepFacts } from '../../db/repositories/lost-runs.ts';
import type { CallOutcome, CallRequest } from '../../domain/ports/calling.ts';
import type { PaymentStatus } from '../../schemas/core/payment.ts';
import { outputOf } from '../repair/trail.ts';

type Standing =
  | Extract<CallOutcome, { kind: 'done' | 'undoing' | 'superseded' }>
  /** Its payment is signed, and may have landed: it is followed, and the service is not asked for a price again. */
  | { kind: 'signed'; intentId: string };

const SIGNED: readonly PaymentStatus[] = ['signed', 'submitted', 'unknown', 'settled'];

/**
 * What is written down of a step decides before it is called. A workflow that was reset knows less than its journal: what was paid
 * is not paid again, and its result is used. And an activity may outlive its workflow: once a run is undone, nobody calls for it.
 */
export async function standingOf(
  db: Queryable,
  { runId, step, generation }: Pick<CallRequest, 'runId' | 'step' | 'generation'>,
): Promise<Standing | undefined> {
  const { isUndone, step: row } = await findStep(db, runId, step.id);
  if (isUndone) return { kind: 'undoing' };
  if (row === undefined) return undefined; // never called
  const payments = (await stepFacts(db, runId)).filter(({ step_id }) => step_id === step.id);
  const output = outputOf(row);
  if (output !== undefined) {
    const paid = payments.findLast(({ status }) => status === 'settled');
    return { kind: 'done', output, ...(paid && { paid: { intentId: paid.id, amount: paid.amount } }) };
  }
  const last = payments.at(-1);
  if (last === undefined) return undefined;
  const current = last.status === 'void' ? last.generation + 1 : last.generation;
  if (current > generation) return { kind: 'superseded', generation: current };
  return SIGNED.includes(last.status) ? { kind: 'signed', intentId: last.id } : undefined;
}
