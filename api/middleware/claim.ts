import type { Hold } from '../../db/repositories/idempotency.ts';

/** A request's hold on its Idempotency-Key. */
export interface Claim extends Hold {
  /** The run that an earlier, unanswered try of the same request created. */
  runId: string | null;
}

/** How long a claim lasts, and how long a second request waits for the first one's answer; ms. */
export interface ClaimTimes {
  claimMs: number;
  waitMs: number;
}
