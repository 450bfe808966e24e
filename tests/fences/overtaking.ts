import { expect } from 'vitest';
import type { Database } from '../../db/database.ts';
import type { RequestPoint } from '../../domain/crash-points.ts';
import { createCaller, type Reply } from '../api/support/http.ts';
import { until } from '../workflows/support/run.ts';
import type { Stoppable } from './stopped.ts';

/** Two APIs on one database: one that is stopped, one that goes on. */
export interface Pair {
  db: Database;
  slow: Stoppable;
  quick: Stoppable;
}

export interface Keyed {
  path: string;
  body: unknown;
  key: string;
}

/** The points inside a transaction: while it is open the key is being worked on, however long ago it was claimed. */
export const LOCKED: ReadonlySet<RequestPoint> = new Set(['claim.bound', 'run.inserted']);

const send = (to: { url: string }, { path, body, key }: Keyed): Promise<Reply> =>
  createCaller(to.url).post(path, body, { 'idempotency-key': key });

/**
 * Stops the slow API at the point, sends the same request to the quick one when the claim has run out, lets the slow one go
 * on, and answers what both said. `meanwhile` happens before the slow one goes on.
 */
export async function overtake(
  { db, slow, quick }: Pair,
  point: RequestPoint,
  request: Keyed,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<[slow: Reply, quick: Reply]> {
  const stopped = slow.stopAt(point);
  const first = send(slow, request);
  first.catch(() => undefined); // awaited below
  const isLocked = LOCKED.has(point);
  let second: Reply;
  try {
    await stopped;
    await claimRunsOut(db, request.key);
    second = await send(quick, request);
    if (isLocked) expectInProgress(second);
    await meanwhile();
  } finally {
    slow.go();
  }
  const late = await first;
  return [late, isLocked ? await send(quick, request) : second];
}

function expectInProgress({ status, body, headers }: Reply): void {
  expect([status, body['code'], headers.get('retry-after')]).toEqual([409, 'idempotency_in_progress', '2']);
}

export const claimRunsOut = (db: Database, key: string): Promise<void> =>
  until(async () => {
    const { rowCount } = await db.pool.query(
      'select from idempotency where key = $1 and (locked_until < now() or answer is not null)',
      [key],
    );
    return rowCount === 1;
  }, `the claim of ${key} has run out`);

/** Both said the same, one of them as a repetition, and one audit line says that it was done. */
export async function expectOneAnswer(
  { db }: Pair,
  [slow, quick]: readonly [Reply, Reply],
  status: number,
): Promise<void> {
  expect([slow.status, quick.status], `${slow.text} ${quick.text}`).toEqual([status, status]);
  expect(slow.text).toBe(quick.text);
  const replayed = [slow, quick].filter(({ headers }) => headers.get('idempotent-replayed') === 'true');
  expect(replayed).toHaveLength(1);
  const ids = [slow, quick].map(({ headers }) => headers.get('x-request-id'));
  const { rows } = await db.pool.query(`select data from audit where data ->> 'request_id' = any($1)`, [ids]);
  expect(rows).toEqual(status < 400 ? [{ data: { status, request_id: expect.any(String) } }] : []);
}
