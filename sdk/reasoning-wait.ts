import type { Workflow, WorkflowStatus } from '../schemas/families/reasoning.ts';
import type { CallOptions } from './http.ts';
import type { StreamOptions } from './reasoning-stream.ts';

/** Until when to wait. */
export interface WaitOptions {
  /** Statuses that are waited for; the ends are always among them. */
  until?: readonly WorkflowStatus[];
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** What of a client the wait needs. */
interface Watched {
  getWorkflow(id: string, options?: CallOptions): Promise<Workflow>;
  stream(id: string, options?: StreamOptions): AsyncIterable<{ type: string }>;
}

const ENDS: readonly WorkflowStatus[] = ['completed', 'failed', 'cancelled'];

/** Looks, then listens from where it looked: nothing is missed in between. A time-out throws its TimeoutError. */
export async function waitForWorkflow(
  client: Watched,
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
