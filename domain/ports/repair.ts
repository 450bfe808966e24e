import type { RetryPolicy } from '../plan/plan.ts';
import type { CompensateOutcome, CompensateRequest } from './calling.ts';

/** A live run whose workflow is not alive. */
export interface LostRun {
  runId: string;
}

/** How long a repair may take for what; ms. */
export interface RepairTimes {
  callTimeoutMs: number;
  /** Between two looks at a payment that is open, and for how long at most. */
  lookEveryMs: number;
  giveUpMs: number;
  /** How long an undo waits for a service that is away. */
  undoForMs: number;
}

/** One undo that the lost workflow would have made. */
export interface LostUndo {
  stepId: string;
  serviceName: string;
  policy: RetryPolicy;
  decimals: number;
  request: Omit<CompensateRequest, 'ride' | 'attempt'>;
}

/** What a family has undone itself. `isStep`: the run shows it as a step. */
export interface FamilyUndo {
  key: string;
  outcome: CompensateOutcome;
  isStep: boolean;
}

/**
 * What a repair does for a run whose workflow is gone. Every part looks at what is written down, so that each may be repeated, by
 * another repair as well. In this order:
 * 1. `beginRepair` says so among the run's events and moves the run to `compensating`; from then on nothing is held or signed
 *    for it. What was held without a signature goes back. A crash before it: the watch finds the run again.
 * 2. `openPayments` looks at the chain for what was signed. Only proof closes it. A crash: the next look.
 * 3. `planUndo` lists what is left to undo, and `compensateStep` undoes it under the step's own key. A crash: the service is
 *    asked again under that key, and answers the same.
 * 4. `finishRepair` ends the run with its one terminal event. A crash before it: the run is found again, with nothing left to undo.
 */
export interface RepairActivities {
  /** Live runs whose workflow is gone. */
  findLostRuns(): Promise<LostRun[]>;
  /** `over`: there is nothing to repair, or the run's workflow is alive after all. */
  beginRepair(run: LostRun): Promise<{ kind: 'over' } | { kind: 'lost'; times: RepairTimes }>;
  /** How many payments are still open after a look at their chains; `alive`: somebody has started the workflow again. */
  openPayments(run: LostRun): Promise<{ open: number; alive: boolean }>;
  planUndo(run: LostRun): Promise<LostUndo[]>;
  /** What the run's family undoes itself, as it stands in its own rows. */
  undoFamily(run: LostRun): Promise<FamilyUndo[]>;
  finishRepair(run: LostRun): Promise<void>;
}
