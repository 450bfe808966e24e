import type { RunRow, StepRow } from '../../db/repositories/runs.ts';
import { nobodyServes } from '../../domain/served-queues.ts';
import { isTerminal } from '../../domain/run-states.ts';
import { Waiting, type RunStatus } from '../../schemas/core/run.ts';
import type { ApiDeps } from '../context.ts';
import { queuesKnown, unserved } from '../queues.ts';

/** States in which a run needs the engine, and kinds of work that it needs besides. In the others it waits for people. */
const NEEDS: Partial<Record<RunStatus, readonly string[]>> = {
  created: ['engine', 'llm'],
  planning: ['engine', 'llm'],
  awaiting_payment: ['engine'],
  running: ['engine', 'money'],
  compensating: ['engine', 'money'],
};

type Row = Pick<RunRow, 'family' | 'status' | 'created_at'>;

/** What an open run waits for while nobody does work that it needs; undefined while all is done, or nobody knows. */
export async function missingWorker(deps: ApiDeps, run: Row): Promise<Waiting | undefined> {
  const kinds = NEEDS[run.status];
  if (kinds === undefined) return undefined;
  const { queues: own = [] } = deps.families.find(({ name }) => name === run.family) ?? {};
  const lacking = unserved(await queuesKnown(deps)).filter(({ kind }) => [...kinds, ...own].includes(kind));
  if (lacking.length === 0) return undefined;
  const asked = lacking.map(({ lastAskedAt = 0 }) => lastAskedAt);
  return {
    for: 'worker',
    since: new Date(Math.max(run.created_at.getTime(), ...asked)).toISOString(),
    attempt: 0,
    detail: nobodyServes(lacking.map(({ queue }) => queue)),
  };
}

/** The outage that a run waits out, as planning or a step has noted it; undefined when there is none. */
export function waitingOf(
  { status, view }: Pick<RunRow, 'status' | 'view'>,
  steps: readonly Pick<StepRow, 'step_id' | 'status' | 'data'>[],
): Waiting | undefined {
  if (isTerminal(status)) return undefined;
  const planning = Waiting.safeParse(view['waiting']);
  if (planning.success) return planning.data;
  for (const step of steps) {
    const waiting = step.status === 'running' ? Waiting.safeParse(step.data['waiting']) : undefined;
    if (waiting?.success) return { ...waiting.data, step_id: step.step_id };
  }
  return undefined;
}
