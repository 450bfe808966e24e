import { isServed, nobodyServes, type QueueTraffic } from '../domain/served-queues.ts';
import { ENGINE_QUEUES, queueOf } from '../domain/queues.ts';
import type { ApiDeps } from './context.ts';
import { inTime, LATE } from './time-limit.ts';

/** One queue as Temporal sees it. The engine's is two: one of workflow tasks, one of activities. */
export interface QueueState {
  kind: string;
  queue: string;
  /** Tasks that wait. */
  depth: number;
  isServed: boolean;
  lastAskedAt: number | undefined;
}

type Deps = Pick<ApiDeps, 'temporal' | 'settings' | 'families'>;

const TASK_QUEUE_TYPES = { workflow: 1, activity: 2 } as const; // temporal.api.enums.v1.TaskQueueType
const WAIT_MS = 1500;
const FRESH_MS = 1000; // many ask at once; Temporal is asked once a second at most
const PATIENCE_MS = 200; // reads of runs do not wait longer for it

const cache = new WeakMap<object, { at: number; states: Promise<QueueState[]> }>();

/** The queues of all kinds of work. Rejects when Temporal does not tell. */
export function queueStates(deps: Deps): Promise<QueueState[]> {
  const cached = cache.get(deps.settings);
  if (cached && performance.now() - cached.at < FRESH_MS) return cached.states;
  const states = askTemporal(deps);
  cache.set(deps.settings, { at: performance.now(), states });
  states.catch(() => undefined);
  return states;
}

/** The same for those who can do without: nothing where Temporal does not tell at once. */
export async function queuesKnown(deps: Deps): Promise<QueueState[]> {
  const states = await inTime(queueStates(deps), PATIENCE_MS).catch((): typeof LATE => LATE);
  return states === LATE ? [] : states;
}

/** Those that nobody works for, each once. */
export const unserved = (states: readonly QueueState[]): QueueState[] => [
  ...new Map(states.filter((state) => !state.isServed).map((state) => [state.queue, state])).values(),
];

/** The same in words; undefined when all are served. */
export function whatLacks(states: readonly QueueState[]): string | undefined {
  const queues = unserved(states).map(({ queue }) => queue);
  return queues.length === 0 ? undefined : nobodyServes(queues);
}

function askTemporal({ temporal, settings, families }: Deps): Promise<QueueState[]> {
  const { workflow, activity } = TASK_QUEUE_TYPES;
  const kinds = [...ENGINE_QUEUES, ...families.flatMap(({ queues = [] }) => queues)];
  const wanted = [{ kind: 'engine', type: workflow }, ...kinds.map((kind) => ({ kind, type: activity }))];
  return temporal.withDeadline(Date.now() + WAIT_MS, () =>
    Promise.all(
      wanted.map(async ({ kind, type }) => {
        const queue = queueOf(settings.taskQueue, kind);
        const { pollers, stats } = await temporal.workflowService.describeTaskQueue({
          namespace: temporal.options.namespace,
          taskQueue: { name: queue },
          taskQueueType: type,
          reportStats: true,
        });
        return { kind, queue, ...stateOf(pollers ?? [], stats ?? {}, Date.now()) };
      }),
    ),
  );
}

/** Numbers of 64 bits come as objects, or not at all. */
type Whole = { toString(): string } | number | null;

interface Span {
  seconds?: Whole;
  nanos?: number | null;
}

interface Stats {
  approximateBacklogCount?: Whole;
  approximateBacklogAge?: Span | null;
}

function stateOf(
  pollers: readonly { lastAccessTime?: Span | null }[],
  { approximateBacklogCount, approximateBacklogAge }: Stats,
  now: number,
): Pick<QueueState, 'depth' | 'isServed' | 'lastAskedAt'> {
  const depth = Number(approximateBacklogCount ?? 0);
  const asked = pollers.map(({ lastAccessTime }) => msOf(lastAccessTime));
  const traffic: QueueTraffic = {
    lastAskedAt: asked.length === 0 ? undefined : Math.max(...asked),
    waitsSince: depth === 0 ? undefined : now - msOf(approximateBacklogAge),
  };
  return { depth, isServed: isServed(traffic, now), lastAskedAt: traffic.lastAskedAt };
}

const msOf = (span: Span | null | undefined): number =>
  Number(span?.seconds ?? 0) * 1000 + (span?.nanos ?? 0) / 1_000_000;
