import {
  ApplicationFailure,
  CancellationScope,
  proxyActivities,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { readRepair } from '../../domain/messages/starts.ts';
import type { CallingActivities, CompensateOutcome } from '../../domain/ports/calling.ts';
import type { JournalActivities, JournalEvent } from '../../domain/ports/journal.ts';
import type { LostRun, LostUndo, RepairActivities, RepairTimes } from '../../domain/ports/repair.ts';
import { taskQueues } from '../../domain/queues.ts';
import { autoUpgrade } from './auto-upgrade.ts';
import { readStart } from './read-start.ts';
import { repeatUndo, undoEvent } from './undo.ts';

/** The workflow of a repair is named after its run, so that there is one at a time. */
export const repairId = (runId: string): string => `repair:${runId}`;

const LATE_MS = 8000; // an activity of the lost workflow learns by its heartbeat, after 6 s at most, that nobody waits for it

/**
 * Undoes a run whose workflow is gone, as the run would have done itself. It may be killed anywhere, and may run twice: what it
 * does next is always read from what is written down. The watch starts it again while the run is not over.
 */
export async function repairRun(given: LostRun & { lateMs?: number }): Promise<'over' | 'repaired'> {
  const { runId, lateMs = LATE_MS } = readStart(readRepair, given);
  if (workflowInfo().workflowId !== repairId(runId))
    throw ApplicationFailure.nonRetryable(`A repair has the id ${repairId(runId)}.`, 'BAD_START');
  return CancellationScope.nonCancellable(async () => {
    const { books } = activities();
    const begun = await books.beginRepair({ runId });
    if (begun.kind === 'over') return 'over';
    setCurrentDetails(`**Repairing** ${runId}: its workflow is gone.`);
    await sleep(lateMs, { summary: 'activities of the lost workflow end' });
    if (await followPayments(runId, begun.times)) return 'over';
    for (const undo of await books.planUndo({ runId })) await undoStep(undo, begun.times);
    for (const { key, outcome, isStep } of await books.undoFamily({ runId }))
      await tellFamily(runId, key, outcome, isStep);
    await books.finishRepair({ runId });
    return 'repaired';
  });
}

autoUpgrade(repairRun);

function activities(callTimeoutMs = 30_000) {
  const queues = taskQueues(workflowInfo().taskQueue);
  const retry = { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 10_000 };
  const common = { heartbeatTimeout: '6s', retry } as const;
  return {
    books: proxyActivities<RepairActivities>({
      ...common,
      taskQueue: queues.money,
      startToCloseTimeout: '5m',
    }),
    calls: proxyActivities<Pick<CallingActivities, 'compensateStep'> & JournalActivities>({
      ...common,
      taskQueue: queues.engine,
      startToCloseTimeout: callTimeoutMs + 15_000,
    }),
  };
}

/** True when the run's workflow is alive again, which then does the rest itself. */
async function followPayments(runId: string, { lookEveryMs, giveUpMs }: RepairTimes): Promise<boolean> {
  const untilMs = Date.now() + giveUpMs;
  for (;;) {
    const { open, alive } = await activities().books.openPayments({ runId });
    if (alive) return true;
    if (open === 0 || Date.now() >= untilMs) return false;
    await sleep(Math.max(lookEveryMs, 100), { summary: `${open} payments open` });
  }
}

async function undoStep(
  { stepId, serviceName, policy, decimals, request }: LostUndo,
  { callTimeoutMs, undoForMs }: RepairTimes,
): Promise<void> {
  const { calls } = activities(callTimeoutMs);
  const { runId } = request;
  const ride = { runId, events: [] };
  const once = (attempt: number): Promise<CompensateOutcome> =>
    calls.compensateStep.executeWithOptions({ summary: `undo ${stepId}: ${serviceName}` }, [
      { ...request, ride, attempt },
    ]);
  const outcome = await repeatUndo(stepId, policy, undoForMs, once).catch(
    (error: unknown): CompensateOutcome => ({
      kind: 'failed',
      code: 'UNDO_FAILED',
      message: error instanceof Error ? error.message : String(error),
    }),
  );
  await tell(runId, stepId, outcome, decimals);
}

function tell(runId: string, key: string, outcome: CompensateOutcome, decimals: number): Promise<void> {
  return append(runId, undoEvent({ key, outcome }, decimals));
}

/** What a family undoes is not always one of the run's steps. */
function tellFamily(runId: string, key: string, outcome: CompensateOutcome, isStep: boolean): Promise<void> {
  const { step, ...event } = undoEvent({ key, outcome }, 0);
  return append(runId, isStep && step !== undefined ? { ...event, step } : event);
}

const append = (runId: string, event: JournalEvent): Promise<void> =>
  activities().calls.appendEvents({ runId, events: [event] });
