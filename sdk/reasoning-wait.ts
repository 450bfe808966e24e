import type { Workflow, WorkflowStatus } from '../schemas/families/reasoning.ts';
import type { ReasoningClient } from './reasoning-client.ts';

/** Until when to wait. */
export interface WaitOptions {
  /** Statuses that are waited for; the ends are always among them. */
  until?: readonly WorkflowStatus[];
  timeoutMs?: number;
  signal?: AbortSignal;
}

const ENDS: readonly WorkflowStatus[] = ['completed', 'failed', 'cancelled'];

/** Looks, then listens from where it looked: nothing is missed in between. A time-out throws its TimeoutError. */
export async function waitForWorkflow(
  client: ReasoningClient,
  id: string,
  { until = [], timeoutMs, signal }: WaitOptions = {},
): Promise<Workflow> {
  const wanted = new Set<WorkflowStatus>([...ENDS, ...until]);
  const limits = [signal, timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)].filter(
    (one) => one !== undefined,
  );
  const options = limits.length === 0 ? {} : { signal: AbortSignal.any(limits) };
  let workflow = await client.getWorkflow(id, options);
  if (wanted.has(workflow.status)) return workflow;
  for await (const { type } of client.stream(id, { ...options, after: workflow.lastSeq })) {
    if (!type.startsWith('workflow.')) continue;
    workflow = await client.getWorkflow(id, options);
    if (wanted.has(workflow.status)) return workflow;
  }
  return client.getWorkflow(id, options);
}
