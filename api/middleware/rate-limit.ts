import type { Queryable } from '../../db/ledger.ts';
import { leaseTokens } from '../../db/repositories/limits.ts';
import { ApiError } from '../problem.ts';

const LEASE = 10; // tokens a process takes at a time: one database write per ten requests
const MOST_CALLERS = 10_000;

export interface Verdict {
  allowed: boolean;
  limit: number;
  remaining: number;
  resetSeconds: number;
}

export interface RateLimiter {
  /** null when limits are off. */
  take(caller: string): Promise<Verdict | null>;
}

interface Bucket {
  tokens: number;
  remaining: number;
  endsAt: number;
  leasing: Promise<void> | undefined;
}

/** Minute windows counted in the database, spent from leases here. */
export function createRateLimiter(db: Queryable, limit: number): RateLimiter {
  const buckets = new Map<string, Bucket>();

  const lease = async (caller: string, bucket: Bucket): Promise<void> => {
    const askedAt = performance.now(); // counted from here, so that a process that was stopped meanwhile spends no old tokens
    const { granted, remaining, endsInMs } = await leaseTokens(db, caller, limit, Math.min(LEASE, limit));
    Object.assign(bucket, {
      tokens: bucket.tokens + granted,
      remaining,
      endsAt: askedAt + endsInMs,
    });
  };

  const current = (caller: string): Bucket => {
    const known = buckets.get(caller);
    if (known && (known.leasing || known.endsAt > performance.now())) return known;
    if (buckets.size >= MOST_CALLERS) forget(buckets);
    const fresh: Bucket = { tokens: 0, remaining: limit, endsAt: Infinity, leasing: undefined };
    buckets.set(caller, fresh);
    return fresh;
  };

  return {
    async take(caller) {
      if (limit <= 0) return null;
      let bucket = current(caller);
      while (bucket.tokens === 0 && bucket.remaining > 0) {
        const running = bucket;
        running.leasing ??= lease(caller, running).finally(() => (running.leasing = undefined));
        await running.leasing;
        bucket = current(caller);
      }
      const allowed = bucket.tokens > 0;
      if (allowed) bucket.tokens -= 1;
      const resetSeconds = Math.max(1, Math.ceil((bucket.endsAt - performance.now()) / 1000));
      return { allowed, limit, remaining: bucket.tokens + bucket.remaining, resetSeconds };
    },
  };
}

function forget(buckets: Map<string, Bucket>): void {
  const now = performance.now();
  for (const [caller, bucket] of buckets) if (bucket.endsAt <= now) buckets.delete(caller);
  if (buckets.size >= MOST_CALLERS) buckets.clear(); // leased tokens are lost: strict, never generous
}

/** The standard headers, and the trio that older clients read. */
export function limitHeaders({ limit, remaining, resetSeconds }: Verdict): Record<string, string> {
  return {
    'RateLimit-Policy': `"minute";q=${limit};w=60`,
    RateLimit: `"minute";r=${remaining};t=${resetSeconds}`,
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(resetSeconds),
  };
}

export function rateLimited({ limit, resetSeconds }: Verdict): ApiError {
  return new ApiError(
    'rate_limited',
    `More than ${limit} requests this minute; try again in ${resetSeconds} s.`,
    {
      members: { retry_after: resetSeconds },
      headers: { 'retry-after': String(resetSeconds) },
    },
  );
}
