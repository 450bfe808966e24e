import { setTimeout as delay } from 'node:timers/promises';
import { findRun, type RunRow } from '../../db/repositories/runs.ts';
import { isTerminal } from '../../domain/run-states.ts';
import type { Ctx } from '../context.ts';

const FIRST_LOOK_MS = 25;
const LAST_LOOK_MS = 500;

/** The run when it has ended, or as it stands after `ms`, or when the client is gone. Looks are reads by primary key. */
export async function untilEnded(
  { deps, principal, signal }: Pick<Ctx, 'deps' | 'principal' | 'signal'>,
  runId: string,
  ms: number,
): Promise<RunRow | undefined> {
  const deadline = Date.now() + ms;
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LAST_LOOK_MS, pauseMs * 1.4)) {
    const run = await findRun(deps.db.pool, principal.tenant, runId);
    if (run === undefined || isTerminal(run.status)) return run;
    if (Date.now() >= deadline || signal.aborted) return run;
    await delay(Math.min(pauseMs, Math.max(1, deadline - Date.now())));
  }
}
