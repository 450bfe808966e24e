import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlowContext, StandInFlow } from './flow.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { startRun, type Run } from './run.ts';

export interface Runs {
  launch(flow: StandInFlow, inputs: JsonObject, files: FlowContext['files']): Run;
  /** Undefined until the run is seen (it appears a little after its launch), and once it is archived. */
  visible(fid: string): Run | undefined;
  /** Waits this long for the run to appear. */
  wait(fid: string, ms: number): Promise<Run | undefined>;
  /** The run in any state, archived ones too. */
  any(fid: string): Run | undefined;
  /** Visible runs, newest first. */
  all(): Run[];
  /** Runs that are not archived, newest first, also those that are not visible yet. */
  launched(): Run[];
  archive(fid: string): void;
  killAll(): void;
}

const POLL_MS = 20;

/** Everything is in memory: a stand-in that ends forgets its runs. */
export function createRuns(appearAfterMs: number): Runs {
  const runs = new Map<string, Run>();
  const archived = new Set<string>();
  const makeFid = createFids();
  const visible = (fid: string): Run | undefined => {
    const run = archived.has(fid) ? undefined : runs.get(fid);
    return run && Date.now() >= run.startedAtMs + appearAfterMs ? run : undefined;
  };
  return {
    launch(flow, inputs, files) {
      const run = startRun({ fid: makeFid(), flow, inputs, files });
      runs.set(run.fid, run);
      return run;
    },
    visible,
    async wait(fid, ms) {
      const until = Date.now() + ms;
      while (visible(fid) === undefined && Date.now() < until) await sleep(POLL_MS);
      return visible(fid);
    },
    any: (fid) => runs.get(fid),
    all: () => [...runs.keys()].flatMap((fid) => visible(fid) ?? []).toReversed(),
    launched: () => [...runs.values()].filter(({ fid }) => !archived.has(fid)).toReversed(),
    archive: (fid) => void archived.add(fid),
    killAll: () => {
      for (const run of runs.values()) run.kill();
    },
  };
}

/** ObjectIds: the second, then five bytes of the process, then a number. They sort by age. */
function createFids(): () => string {
  const own = randomBytes(5).toString('hex');
  let number = 0;
  return () => {
    number += 1;
    const second = Math.floor(Date.now() / 1000);
    return second.toString(16).padStart(8, '0') + own + number.toString(16).padStart(6, '0');
  };
}
