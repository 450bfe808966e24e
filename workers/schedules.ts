import {
  Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ConnectionLike,
  type ScheduleOptions,
} from '@temporalio/client';
import { taskQueues } from '../domain/queues.ts';

/** A workflow that a family has started by the calendar, UTC. */
export interface DailySchedule {
  /** After the task queue's name. */
  id: string;
  type: string;
  calendar: { hour: number; minute: number; second: number };
  summary: string;
}

/** Makes it, unless it is there; it can be paused and triggered in the Temporal Web UI. */
export async function ensureDailySchedule(
  connection: ConnectionLike,
  namespace: string,
  taskQueue: string,
  { id, type, calendar, summary }: DailySchedule,
): Promise<void> {
  const { schedule } = new Client({ connection, namespace });
  const scheduleId = `${taskQueue}-${id}`;
  try {
    await schedule.create({
      scheduleId,
      spec: { calendars: [calendar] },
      action: {
        type: 'startWorkflow',
        workflowType: type,
        taskQueue: taskQueues(taskQueue).engine,
        workflowId: scheduleId,
        args: [],
        staticSummary: summary,
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}

/**
 * The three-way check as a Temporal Schedule: one for the whole installation, whoever starts first makes it, and a
 * changed interval moves it. 0 takes it away. It can be paused and triggered in the Temporal Web UI, too.
 */
export async function ensureBooksSchedule(
  connection: ConnectionLike,
  namespace: string,
  taskQueue: string,
  everyMs: number,
): Promise<void> {
  const { schedule } = new Client({ connection, namespace });
  const scheduleId = `${taskQueue}-books-check`;
  if (everyMs === 0) return schedule.getHandle(scheduleId).delete().catch(ignoreMissing);
  const options = booksSchedule(scheduleId, taskQueue, everyMs);
  try {
    await schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    await schedule
      .getHandle(scheduleId)
      .update(({ state }) => ({ spec, action: { ...action, workflowId: scheduleId }, policies, state }));
  }
}

const booksSchedule = (scheduleId: string, taskQueue: string, everyMs: number) =>
  ({
    scheduleId,
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'booksCheck',
      taskQueue: taskQueues(taskQueue).engine,
      workflowId: scheduleId,
      args: [],
      staticSummary: 'Compares chains, ledger and runs',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  }) satisfies ScheduleOptions;

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}
