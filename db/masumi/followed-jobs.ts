import type { Queryable } from '../ledger.ts';

/** A job whose run at Kodosumi goes on, as far as is known. `told_state`: what its workflow was told of last. */
export interface FollowedJob {
  run_id: string;
  workflow_id: string;
  fid: string;
  told_state: string | null;
}

/** Ids only: this is asked several times a second, also with ten thousand jobs. */
export async function listFollowed(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ run_id: string }>('select run_id from job where following');
  return rows.map(({ run_id }) => run_id);
}

/** A person has answered: its flow goes on, so its follower looks at once. */
export async function wakeFollower(db: Queryable, runId: string): Promise<void> {
  await db.query('update job set told_state = null where run_id = $1', [runId]);
}

/** Of those that are followed: who was never told of anything, or was woken since. */
export async function listUntold(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ run_id: string }>(
    'select run_id from job where following and told_state is null',
  );
  return rows.map(({ run_id }) => run_id);
}

export async function loadFollowed(db: Queryable, runIds: readonly string[]): Promise<FollowedJob[]> {
  const { rows } = await db.query<FollowedJob>(
    `select j.run_id, r.workflow_id, j.fid, j.told_state from job j join run r on r.id = j.run_id
     where j.run_id = any($1) and j.following and j.fid is not null`,
    [runIds],
  );
  return rows;
}

export async function stopFollowing(db: Queryable, runId: string): Promise<void> {
  await db.query('update job set following = false where run_id = $1', [runId]);
}

/** Jobs may end while nobody looks: by their deadline, or because somebody cancelled them. */
export async function forgetEnded(db: Queryable): Promise<void> {
  await db.query(
    `update job j set following = false from run r
     where j.following and r.id = j.run_id and r.finished_at is not null`,
  );
}

/** Written once its workflow was told, so that another follower tells nobody the same again. */
export async function markTold(db: Queryable, runId: string, state: string): Promise<void> {
  await db.query('update job set told_state = $2 where run_id = $1', [runId, state]);
}

/** From when on Kodosumi does not know the run, or refuses to show it. */
export async function noteTrouble(db: Queryable, runId: string): Promise<Date> {
  const { rows } = await db.query<{ trouble_since: Date }>(
    `update job set trouble_since = coalesce(trouble_since, clock_timestamp()) where run_id = $1 returning trouble_since`,
    [runId],
  );
  return rows[0]?.trouble_since ?? new Date();
}

export async function forgetTrouble(db: Queryable, runId: string): Promise<void> {
  await db.query('update job set trouble_since = null where run_id = $1 and trouble_since is not null', [
    runId,
  ]);
}
