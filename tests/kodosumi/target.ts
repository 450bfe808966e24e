import type { KodosumiOptions } from '../../activities/kodosumi/client/kodosumi.ts';

/** A Kodosumi to put the contract to, with the flows of `testFlows` (known by their summaries) and 110 called "Filler". */
export interface KodosumiTarget extends KodosumiOptions {
  /** How long a run may take to come so far that nothing is left to wait for. */
  patienceMs: number;
}
