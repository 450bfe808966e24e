import type { RetryPolicy } from './plan/plan.ts';

const LONGEST_WAIT_MS = 3_600_000; // a service that asks for years must not keep a run, or its rollback, from ending

/**
 * Milliseconds before attempt n+1: min(initial * multiplier^(n-1), max) plus up to 30 % jitter (reasoning.md,
 * "Execution"). `random` is in [0, 1). A service's own Retry-After wins when it is longer, up to an hour.
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number, retryAfterMs = 0): number {
  const base = Math.min(policy.initialDelayMs * policy.backoffMultiplier ** (attempt - 1), policy.maxDelayMs);
  return Math.max(Math.round(base * (1 + 0.3 * random)), Math.min(retryAfterMs, LONGEST_WAIT_MS));
}
