import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Queryable } from '../../db/ledger.ts';
import type { Sealer } from '../../db/sealing.ts';
import { respan } from '../../domain/plan/understanding/respan.ts';
import { withHash } from './plan-hash.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { PlanIntent } from '../../domain/plan/draft.ts';
import type { WordLimits } from '../../domain/plan/understanding/understanding.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';

/** A plan as it is kept for the next one who asks the same. */
export interface CachedPlan {
  plan: Plan;
  intent: PlanIntent;
  limits: WordLimits;
  model: string;
  /** The request to the letter: what was understood names passages of it. */
  input: string;
}

/** What a plan depends on. */
export interface CacheFacts {
  input: string;
  catalogueVersion: string;
  plannerVersion: string;
  model: string;
  maxCost: string | undefined;
  maxTimeMs: number | undefined;
  codes: readonly string[];
  today: string;
  answers: JsonObject;
}

export interface PlanCache {
  find(facts: CacheFacts): Promise<CachedPlan | undefined>;
  keep(facts: CacheFacts, plan: CachedPlan): Promise<void>;
}

const PURPOSE = 'cache.plan';
const SECONDS = 3600;

/** Plans by what they depend on, sealed: a plan quotes its request. */
export function createPlanCache(db: Queryable, sealer: Sealer): PlanCache {
  return {
    async find(facts) {
      const { rows } = await db.query<{ sealed: Buffer }>({
        name: 'plan_cache_find',
        text: `select sealed from cache where kind = 'plan' and key = $1 and expires_at > now()`,
        values: [cacheKey(facts)],
      });
      if (rows[0] === undefined) return undefined;
      const kept = sealer.open(PURPOSE, rows[0].sealed) as unknown as CachedPlan;
      return asAsked(kept, facts.input);
    },
    async keep(facts, plan) {
      await db.query({
        name: 'plan_cache_keep',
        text: `insert into cache (kind, key, sealed, expires_at)
               values ('plan', $1, $2, now() + make_interval(secs => $3))
               on conflict (kind, key) do update set sealed = excluded.sealed, expires_at = excluded.expires_at`,
        values: [cacheKey(facts), sealer.seal(PURPOSE, plan as unknown as Json), SECONDS],
      });
    },
  };
}

/** The plan for a request that differs in white space alone; its passages are told of this one. */
function asAsked(kept: CachedPlan, input: string): CachedPlan | undefined {
  if (kept.plan.understanding === undefined || kept.input === input) return kept;
  const understanding = respan(kept.plan.understanding, kept.input, input);
  return understanding && { ...kept, input, plan: withHash({ ...kept.plan, understanding }) };
}

/** sha256 over everything a plan depends on; spacing and Unicode form of the request make no difference. */
function cacheKey(facts: CacheFacts): string {
  const input = facts.input.normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
  return createHash('sha256')
    .update(canonicalize({ ...facts, input }) ?? '')
    .digest('hex');
}
