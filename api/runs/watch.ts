import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { ApiDeps } from '../context.ts';
import { ApiError } from '../problem.ts';

/** A workflow that watches a chain and is no run; its id names what it watches, so it exists once. */
export interface ChainWatch {
  workflowType: string;
  workflowId: string;
  taskQueue: string;
  args: unknown[];
  summary: string;
}

const CLOCK_SLACK_MS = 50; // the deadline is kept by another clock

type WatchDeps = Pick<ApiDeps, 'temporal' | 'settings'>;

/** Starts the workflow or joins the one that runs. Safe to repeat. */
export async function startWatch({ temporal, settings }: WatchDeps, watch: ChainWatch): Promise<void> {
  const { workflowType, summary, ...options } = watch;
  await temporal.withDeadline(Date.now() + settings.commandTimeoutMs, () =>
    temporal.workflow.start(workflowType, {
      ...options,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: summary,
    }),
  );
}

/** The workflow's result, or `pending` when it takes longer than `waitMs`. Its refusals are thrown with their codes. */
export async function awaitWatch<T>(
  { temporal }: WatchDeps,
  workflowId: string,
  waitMs: number,
): Promise<T | 'pending'> {
  const deadline = Date.now() + waitMs;
  try {
    return (await temporal.withDeadline(deadline, () =>
      temporal.workflow.getHandle(workflowId).result(),
    )) as T;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== undefined) throw refusal;
    if (Date.now() >= deadline - CLOCK_SLACK_MS) return 'pending';
    throw error;
  }
}

function refusalOf(error: unknown): ApiError | undefined {
  if (!(error instanceof WorkflowFailedError)) return undefined;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ApplicationFailure && cause.type) return new ApiError(cause.type, cause.message);
  return undefined;
}
