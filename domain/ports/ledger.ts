import type { JsonObject } from '../../schemas/core/json.ts';
import type { Amount } from '../../schemas/core/money.ts';
import type { CancelRequest, RunError, RunStatus } from '../../schemas/core/run.ts';
import type { JournalEvent, Ride } from './journal.ts';
import type { Outputs } from './values.ts';

export type ReserveOutcome =
  | { kind: 'reserved' }
  | { kind: 'insufficient'; available: string; required: string };

export interface FinishRequest {
  ride: Ride;
  runId: string;
  status: Extract<RunStatus, 'completed' | 'failed' | 'cancelled'>;
  error?: Omit<RunError, 'timestamp'>;
  /** The output is the sole sink's value, else an object of all sinks' values. */
  outputs: Outputs;
  totals: { cost: string; timeMs: number; asset: string | null; decimals: number };
  /** What the projection shows besides. */
  view?: JsonObject;
  attention: { kind: string; detail: string; data: JsonObject }[];
  /** True when nothing was ever reserved or asked for, so that there is nothing to look for and give back. */
  moneyless?: true;
  /** The last decision about an approval, if it ended the run. */
  approval?: NonNullable<JournalEvent['approval']>;
  /** Who asked to cancel it, if anybody did. Told with the run's end, however it ends. */
  cancel?: CancelRequest;
}

/** Of a run that ended without knowing what it had spent: the ledger says it. */
export const UNKNOWN_TOTALS: FinishRequest['totals'] = { cost: '0', timeMs: 0, asset: null, decimals: 0 };

/** An ended run as its end was told. `cost` is in whole units, as the ledger has it. */
export interface FinishedRun {
  cost: Amount[];
}

export interface LedgerActivities {
  /**
   * Moves what `upTo` lacks from the subject's escrow into the run's reserve, in one locked transaction.
   * `upTo` is the total the run may have drawn by now (minor units); idempotent on (run, revision).
   */
  reserveForRun(request: {
    ride: Ride;
    runId: string;
    revision: number;
    upTo: string;
    asset: string;
  }): Promise<ReserveOutcome>;
  /** Gives back what is not held, writes the terminal event with the output, opens attention items. */
  finishRun(request: FinishRequest): Promise<FinishedRun>;
}
