import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { RunSettings } from '../../../domain/run-settings.ts';
import { startWorkers } from '../../../workers/workers.ts';
import { uniqueTaskQueue, type TemporalTestClient } from '../../support/temporal.ts';
import { workflowBundle } from '../../support/workflow-bundle.ts';
import { workflowSinks } from '../../support/workflow-coverage.ts';
import type { Fakes } from './fakes.ts';

export const SETTINGS: RunSettings = {
  approvalTtlMs: 20_000,
  earlyApprovalWaitMs: 2000,
  maxTimeMs: 20_000,
  callTimeoutMs: 5000,
  planningTimeoutMs: 10_000,
  sellerTimeoutMs: 10_000,
  concurrency: 5,
  localCallMs: 50,
  reconcileIntervalMs: 20,
  reconcileGiveUpMs: 200,
};

/** Starts one reasoning run over fakes on a queue of its own, and stops its workers afterwards. */
export async function withRun<T>(
  temporal: TemporalTestClient,
  fakes: Fakes,
  settings: Partial<RunSettings>,
  work: (handle: WorkflowHandle) => Promise<T>,
): Promise<T> {
  const taskQueue = uniqueTaskQueue('run');
  const workers = await startWorkers({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue,
    activities: fakes.activities,
    bundle: await workflowBundle(),
    ...workflowSinks(),
  });
  try {
    const runId = `wf_${randomUUID()}`;
    const handle = await temporal.client.workflow.start('reasoning', {
      taskQueue,
      workflowId: runId,
      args: [{ runId, tenant: 'default', subject: 'user', settings: { ...SETTINGS, ...settings } }],
    });
    return await work(handle);
  } finally {
    await workers.stop();
  }
}

/** Resolves once `look` says so; fails with what was seen last. */
export async function until(
  look: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 15_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
