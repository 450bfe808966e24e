import type { NextAction, OnChainState } from '../../domain/masumi/ports/masumi-node.ts';
import type { RunStatus } from '../../schemas/core/run.ts';
import type { Queryable } from '../ledger.ts';

/** A job whose payment can still change, with what its run knows. */
export interface WatchedJob {
  run_id: string;
  tenant: string;
  workflow_id: string;
  status: RunStatus;
  /** ms since epoch. */
  pay_by: number;
  dispute_until: number;
  blockchain_identifier: string;
  source_type: string | null;
  on_chain_state: OnChainState | null;
  next_action: NextAction | null;
  authorized_at: Date | null;
  checked_at: Date | null;
  created_at: Date;
}

/** All such jobs; those that were not looked at for longest come first. */
export async function listWatched(db: Queryable): Promise<WatchedJob[]> {
  const { rows } = await db.query<WatchedJob>(
    `select j.run_id, j.tenant, r.workflow_id, r.status, (j.payment ->> 'payByTime')::bigint as pay_by,
       (j.payment ->> 'externalDisputeUnlockTime')::bigint as dispute_until, j.blockchain_identifier, j.source_type, j.on_chain_state, j.next_action, j.authorized_at, j.checked_at, j.created_at
     from job j join run r on r.id = j.run_id where j.watched order by j.checked_at nulls first`,
  );
  return rows;
}

/** Marks jobs as looked at, whether or not there was anything to see, so that others come first at the next look. */
export async function markChecked(db: Queryable, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return;
  await db.query('update job set checked_at = clock_timestamp() where run_id = any($1)', [runIds]);
}

export async function stopWatching(db: Queryable, runIds: readonly string[]): Promise<void> {
  if (runIds.length > 0) await db.query('update job set watched = false where run_id = any($1)', [runIds]);
}
