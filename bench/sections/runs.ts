import type { Bench } from '../bench.ts';
import { FREE_REQUEST } from '../free-plan.ts';
import { duel, ratio, type Grid, type Ratio } from './cells.ts';
import { peer, PEER, steward, STEWARD, stewardHttp, STEWARD_HTTP } from './contenders.ts';

export interface RunsResult {
  grid: Grid;
  /** Against the peer with remote activities, by concurrency. */
  stewardToPeer: { [concurrency: number]: Ratio };
  httpToPeer: { [concurrency: number]: Ratio };
}

const WARM_UP = 40;

/** The free five-step plan against the peer: the whole engine with journal, projection and events. */
export async function measureRuns(bench: Bench): Promise<RunsResult> {
  const contenders = [
    peer(bench, 'remote'),
    steward(bench, FREE_REQUEST),
    stewardHttp(bench, FREE_REQUEST),
    peer(bench, 'local'),
  ];
  for (const contender of contenders) await contender.load(bench.quick ? WARM_UP / 2 : WARM_UP, 10);
  const levels = bench.quick
    ? [level(1, 8), level(20, 30), level(100, 80)]
    : [level(1, 30), level(20, 100), level(100, 200)];
  const grid = await duel(contenders, levels, bench.quick ? 1 : 3, bench.say);
  return { grid, stewardToPeer: against(grid, STEWARD), httpToPeer: against(grid, STEWARD_HTTP) };
}

const level = (concurrency: number, count: number) => ({ concurrency, count });

function against(grid: Grid, name: string): { [concurrency: number]: Ratio } {
  return Object.fromEntries(
    Object.entries(grid).map(([concurrency, cells]) => [concurrency, ratio(cells[name]!, cells[PEER]!)]),
  );
}
