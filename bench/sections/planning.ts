import { USER, type Bench } from '../bench.ts';
import { FREE_REQUEST, freeRequest } from '../free-plan.ts';
import { spreadOf, type Spread } from '../harness/quantiles.ts';
import { watched } from '../harness/quiet.ts';
import type { StewardClient } from '../steward/client.ts';
import type { Feed } from '../steward/feed.ts';

export interface PlanningResult {
  /** From sending POST create to plan_ready at the client, with the plan from the cache. */
  cachedMs: Spread;
  /** The same for a request that nobody made before, planned by the offline rules. */
  uncachedMs: Spread;
  foreignCores: number;
}

/** How soon a client gets a plan. */
export const measurePlanning = (bench: Bench): Promise<PlanningResult> =>
  bench.withFeed((feed) => measure(bench, feed));

async function measure(bench: Bench, feed: Feed): Promise<PlanningResult> {
  const times = bench.quick ? 15 : 60;
  const mark = Date.now().toString(36);
  await planned(bench.client, feed, FREE_REQUEST);
  const cached: number[] = [];
  const uncached: number[] = [];
  const { stretch } = await watched(async () => {
    for (let turn = 0; turn < times; turn++) {
      cached.push(await planned(bench.client, feed, FREE_REQUEST, true));
      uncached.push(await planned(bench.client, feed, freeRequest(`case ${mark}${turn}`), false));
    }
  });
  return { cachedMs: spreadOf(cached), uncachedMs: spreadOf(uncached), foreignCores: stretch.foreignCores };
}

async function planned(
  client: StewardClient,
  feed: Feed,
  request: string,
  cached?: boolean,
): Promise<number> {
  const began = performance.timeOrigin + performance.now();
  const id = await client.create(request, USER);
  const { receivedAt, data } = await feed.next(id, 'run.plan_ready');
  if (cached !== undefined && data?.cached !== cached)
    throw new Error(`Expected a plan with cached=${cached} for "${request}".`);
  await feed.next(id, 'approval.requested');
  return receivedAt - began;
}
