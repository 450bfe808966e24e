import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { inject } from 'vitest';
import type { Family } from '../../families/define.ts';
import { families } from '../../families/index.ts';
import { startWorkers, type Workers } from '../../workers/workers.ts';
import { uniqueTaskQueue, type TemporalTestClient } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';
import { workflowSinks } from '../support/workflow-coverage.ts';
import { approve, endOf } from '../workflows/support/approved.ts';
import { aPaidStep, aPlan, createFakes, demand, type Fakes } from '../workflows/support/fakes.ts';
import { SETTINGS, until } from '../workflows/support/run.ts';
import { runNode, type Outcome } from './production.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Workers of one version over fakes, which know what they did. */
export interface Crew {
  fakes: Fakes;
  /** Names of the activities it carried out, in order. */
  done: string[];
  stop(): Promise<void>;
}

/** Where Temporal says a workflow belongs. */
export interface Home {
  behavior: 'pinned' | 'auto-upgrade' | 'none';
  buildId: string | undefined;
}

/** One deployment on a task queue of its own, of which several versions run at once. */
export interface Fleet {
  deploymentName: string;
  taskQueue: string;
  /** Without a build id: workers without a version. */
  launch(buildId: string | undefined, queues?: string[]): Promise<Crew>;
  startRun(more?: { requestEagerStart?: boolean }): Promise<WorkflowHandle & { eagerlyStarted?: boolean }>;
  /** The settlement sweep of this queue, quicker than the real one. */
  startSweep(): Promise<WorkflowHandle>;
  homeOf(workflowId: string): Promise<Home>;
  /** Runs `npm run promote` as an operator does. */
  promote(...args: string[]): Promise<Outcome>;
  close(): Promise<void>;
}

export function createFleet(temporal: TemporalTestClient): Fleet {
  const taskQueue = uniqueTaskQueue('versions');
  const deploymentName = `fleet-${randomUUID()}`;
  const { nativeConnection: connection, namespace, client } = temporal;
  const running: Workers[] = [];
  return {
    deploymentName,
    taskQueue,
    async launch(buildId, queues = []) {
      const { fakes, done, activities } = watchedFakes();
      const version = buildId === undefined ? undefined : { deploymentName, buildId };
      const bundle = await workflowBundle();
      const familyQueues = families.flatMap((family: Family) => family.queues ?? []);
      const options = { connection, namespace, taskQueue, activities, bundle, version, queues, familyQueues };
      const workers = await startWorkers({ ...options, ...workflowSinks() });
      running.push(workers);
      return { fakes, done, stop: () => workers.stop() };
    },
    startRun(more = {}) {
      const runId = `wf_${randomUUID()}`;
      const args = [{ runId, tenant: 'default', subject: 'user', settings: SETTINGS }];
      return client.workflow.start('reasoning', { taskQueue, workflowId: runId, args, ...more });
    },
    async startSweep() {
      const workflowId = `${taskQueue}-settlement-sweep`;
      const args = [{ busyMs: 200, idleMs: 200, rounds: 3 }];
      await client.workflow.start('settlementSweep', { taskQueue, workflowId, args });
      return client.workflow.getHandle(workflowId); // of whichever run is the current one
    },
    async homeOf(workflowId) {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      const info = raw.workflowExecutionInfo?.versioningInfo;
      const behavior = (['none', 'pinned', 'auto-upgrade'] as const)[info?.behavior ?? 0] ?? 'none';
      return { behavior, buildId: info?.deploymentVersion?.buildId ?? undefined };
    },
    promote(...args) {
      const settings = { WORKER_DEPLOYMENT: deploymentName, TASK_QUEUE: taskQueue };
      const server = { TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_NAMESPACE: namespace };
      const env = { PATH: process.env['PATH'], ...settings, ...server };
      return runNode([join(ROOT, 'scripts', 'promote.ts'), ...args], ROOT, env);
    },
    async close() {
      const sweep = client.workflow.getHandle(`${taskQueue}-settlement-sweep`);
      await sweep.terminate().catch(() => undefined);
      await Promise.all(running.map((workers) => workers.stop()));
    },
  };
}

/** Resolves when the run has a plan that somebody must approve. */
export const untilPlanned = (run: WorkflowHandle): Promise<void> =>
  until(async () => {
    const state = await run.query<{ status: string }>('state').catch(() => undefined);
    return state?.status === 'awaiting_approval';
  }, 'the run waits for approval');

export async function approveToEnd(run: WorkflowHandle): Promise<string> {
  await approve(run);
  return endOf(run);
}

/** A run that needs every kind of work: a plan of the model, a payment, and steps inside workflow tasks. */
function watchedFakes(): { fakes: Fakes; done: string[]; activities: object } {
  const plan = aPlan([aPaidStep('a', '5')]);
  const intent = { classification: 'test', entities: {}, confidence: 1, requiredCapabilities: [] };
  const planning = async () => ({ kind: 'planned', plan, cached: false, model: 'test', intent }) as const;
  const fakes = createFakes({ plan, planning, calls: { a: [demand('5')] } });
  const done: string[] = [];
  const activities: Record<string, (argument: never) => unknown> = { ...fakes.activities };
  for (const [name, activity] of Object.entries(activities))
    activities[name] = (argument: never) => {
      done.push(name);
      return activity(argument);
    };
  return { fakes, done, activities };
}
