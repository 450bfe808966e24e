import type { SearchAttributePair } from '@temporalio/common';
import type { Queryable } from '../../db/ledger.ts';
import type { NewRun, RunRow } from '../../db/repositories/runs.ts';
import type { Claim } from '../middleware/claim.ts';

/** How Temporal is told to run a run. Derived from the run's row alone, so that a sweeper can do it again. */
export interface WorkflowStart {
  workflowType: string;
  args: unknown[];
  taskQueue: string;
  /** Besides the engine's own: StewardFamily, StewardTenant, StewardSubject, StewardStatus. */
  searchAttributes?: SearchAttributePair[];
  /** One line for the list in the Temporal Web UI. */
  summary?: string;
}

export interface StartRequest {
  run: NewRun;
  start: WorkflowStart | ((row: StartableRun) => WorkflowStart);
  /** `ctx.claim`: ties the run to the request's Idempotency-Key. */
  claim?: Claim | undefined;
  /** Rows that belong to the run, in the transaction that inserts it; what it throws undoes both. */
  within?: ((client: Queryable) => Promise<void>) | undefined;
}

/** What a start needs to know of a run. */
export type StartableRun = Pick<
  RunRow,
  'id' | 'tenant' | 'family' | 'kind' | 'subject' | 'settings' | 'workflow_id'
>;
