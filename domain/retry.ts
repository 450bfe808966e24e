import type { RetryPolicy } from './plan.ts';

/**
 * Milliseconds before attempt n+1: min(initial * multiplier^(n-1), max) plus up to 30 % jitter (reasoning.md,
 * "Execution"). `random` is in [0, 1). A service's own Retry-After wins when it is longer.
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number, retryAfterMs = 0): number {
  const base = Math.min(policy.initialDelayMs * policy.backoffMultiplier ** (attempt - 1), policy.maxDelayMs);
  return Math.max(Math.round(base * (1 + 0.3 * random)), retryAfterMs);
}
