import { checkDeadlines, describeConflict, type DeadlineConflict, type DeadlineRule } from '../deadlines.ts';
import type { Plan, PlanStep } from './plan.ts';

/** Instants of a run. `signature` and `answer` are of the payment at hand, or of a plan's last one. */
type RunInstant = 'now' | 'signature' | 'answer' | 'approvalEnd' | 'runEnd';

const SAY: { readonly [name in RunInstant]: string } = {
  now: 'now',
  signature: 'the signature',
  answer: 'the answer',
  approvalEnd: 'the end of the approval',
  runEnd: 'the end of the time that the run may take',
};

const INSTANT = { gapMs: 0, why: 'nothing else' } as const;

/** A paid call: signed while the approval lasts, answered before the run must end. */
const paidCall = (usualMs: number): DeadlineRule<RunInstant>[] => [
  { earlier: 'now', later: 'signature', ...INSTANT },
  { earlier: 'signature', later: 'approvalEnd', ...INSTANT },
  { earlier: 'signature', later: 'answer', gapMs: usualMs, why: `the service usually takes ${usualMs} ms` },
  { earlier: 'answer', later: 'runEnd', ...INSTANT },
];

/** When a payment may be signed; all ms since epoch, Infinity where nothing ends it. */
export interface SigningTimes {
  nowMs: number;
  approvalEndMs: number;
  runEndMs: number;
  /** How long the service usually takes. */
  usualMs: number;
}

export type SigningDecision =
  | { kind: 'sign'; beforeMs: number }
  /** The approval has expired (`approval`), or the answer would come after the run's end (`run`). */
  | { kind: 'too_late'; for: 'approval' | 'run'; message: string };

/** Before each signature: whether what is bought can still be used, and until when it may be signed. */
export function mayStillSign({ nowMs, approvalEndMs, runEndMs, usualMs }: SigningTimes): SigningDecision {
  const fixed = { now: nowMs, approvalEnd: approvalEndMs, runEnd: runEndMs };
  const result = checkDeadlines<RunInstant>(fixed, paidCall(usualMs));
  if (result.feasible) return { kind: 'sign', beforeMs: Math.min(approvalEndMs, runEndMs) };
  const { conflict } = result;
  return {
    kind: 'too_late',
    for: conflict.later === 'approvalEnd' ? 'approval' : 'run',
    message: tell(conflict),
  };
}

/**
 * Before a plan is put before anybody: what its usual times say about the time the run may take, and about the approval,
 * both counted from the approval on. Undefined when all of it fits.
 */
export function planConflict(
  plan: Pick<Plan, 'steps'>,
  { maxTimeMs, approvalTtlMs }: { maxTimeMs: number; approvalTtlMs: number },
): string | undefined {
  const { lastPaidMs, endMs } = usualTimes(plan.steps);
  const result = checkDeadlines<RunInstant>({ now: 0, approvalEnd: approvalTtlMs, runEnd: maxTimeMs }, [
    {
      earlier: 'now',
      later: 'signature',
      gapMs: lastPaidMs,
      why: `the steps before the last payment usually take ${lastPaidMs} ms`,
    },
    { earlier: 'signature', later: 'approvalEnd', ...INSTANT },
    { earlier: 'now', later: 'answer', gapMs: endMs, why: `the plan usually takes ${endMs} ms` },
    { earlier: 'answer', later: 'runEnd', ...INSTANT },
  ]);
  return result.feasible ? undefined : tell(result.conflict, { ...SAY, now: 'the approval' });
}

const tell = (conflict: DeadlineConflict<RunInstant>, say = SAY): string =>
  describeConflict({ ...conflict, why: conflict.why.filter((reason) => reason !== INSTANT.why) }, say);

/** The longest ways through the graph: until the last paid step begins, and until all have ended. */
function usualTimes(steps: readonly PlanStep[]): { lastPaidMs: number; endMs: number } {
  const ends = new Map<string, number>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  const startOf = (step: PlanStep): number => Math.max(0, ...step.dependencies.map(endOf));
  const endOf = (id: string): number => {
    const known = ends.get(id);
    if (known !== undefined) return known;
    const step = byId.get(id);
    if (step === undefined) return 0;
    ends.set(id, 0); // plans are acyclic; one that is not must not hang this
    const end = startOf(step) + step.estimatedTime;
    ends.set(id, end);
    return end;
  };
  const paid = steps.filter(({ estimatedCost }) => BigInt(estimatedCost) > 0n);
  return {
    endMs: Math.max(0, ...steps.map(({ id }) => endOf(id))),
    lastPaidMs: Math.max(0, ...paid.map(startOf)),
  };
}
