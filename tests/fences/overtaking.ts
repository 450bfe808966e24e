import { expect } from 'vitest';
import type { Database } from '../../db/database.ts';
import type { RequestPoint } from '../../domain/crash-points.ts';
import { createCaller, type Reply } from '../api/support/http.ts';
import { until } from '../workflows/support/run.ts';
import { startHost, type Stoppable } from './stopped.ts';

/** Two APIs on one database: one that is stopped, one that goes on. */
export interface Pair {
  db: Database;
  slow: Stoppable;
  quick: Stoppable;
}

/** Starts both APIs for an application that runs on this database and queue. */
export async function startPair(
  app: { db: Database; close(): Promise<void> },
  env: Record<string, string>,
): Promise<Pair & { close(): Promise<void> }> {
  const [slow, quick] = await Promise.all([startHost(env), startHost(env)]);
  return {
    db: app.db,
    slow,
    quick,
    async close() {
      slow.kill();
      quick.kill();
      await app.close();
    },
  };
}

export interface Keyed {
  path: string;
  body: unknown;
  key: string;
}

/** Points inside a transaction. While that is open the key counts as at work, however long ago it was claimed. */
const LOCKED: ReadonlySet<RequestPoint> = new Set(['claim.bound', 'run.inserted']);

/** Points that a request passes once its answer is made. */
export const TOLD = ['answer.rendered', 'answer.stored'] as const satisfies RequestPoint[];

/** Points that a request passes which makes a run. */
export const STARTED = [
  'claim.taken',
  'claim.bound',
  'run.inserted',
  'run.committed',
  'workflow.started',
  ...TOLD,
] as const satisfies RequestPoint[];

/** Each request of a table with each of its points, for `test.each`. */
export const matrixOf = <Name extends string>(
  table: Readonly<Record<Name, { points: readonly RequestPoint[] }>>,
): [RequestPoint, Name][] =>
  (Object.keys(table) as Name[]).flatMap((name) =>
    table[name].points.map((point): [RequestPoint, Name] => [point, name]),
  );

const send = (to: { url: string }, { path, body, key }: Keyed): Promise<Reply> =>
  createCaller(to.url).post(path, body, { 'idempotency-key': key });

/**
 * Stops the slow API at the point. Once its claim has run out, sends the same request to the quick one. Then `meanwhile`
 * happens, the slow one goes on, and both answers are returned.
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

/** Both answers are the same, one of them is marked as replayed, and there is one audit line. */
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
