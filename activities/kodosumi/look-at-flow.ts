import pLimit from 'p-limit';
import { keepLock } from '../../db/masumi/job-locks.ts';
import { forgetTrouble, noteTrouble, stopFollowing } from '../../db/masumi/followed-jobs.ts';
import { toForm } from '../../domain/masumi/forms/to-form.ts';
import { readFinal } from '../../domain/masumi/kodosumi-final.ts';
import { KodosumiError, KodosumiTooLargeError } from '../../domain/masumi/outside-errors.ts';
import type { FollowEnd, JobActivities } from '../../domain/masumi/ports/jobs.ts';
import type { FlowStatus } from '../../domain/masumi/ports/kodosumi.ts';
import type { Json } from '../../schemas/core/json.ts';
import type { KodosumiDeps } from './tools.ts';
import { requireKodosumi } from './job.ts';
import { readFinalInThread } from './large-final.ts';
import { oldestLock } from './oldest-lock.ts';

/** The largest result that a job can have, in bytes as `/status` shows it (masumi.md, "Amendments"). */
export const LARGEST_RESULT = 64 * 1024 * 1024;

export type Looked = Parameters<JobActivities['lookAtFlow']>[0];
type News = FollowEnd | { kind: 'nothing' };
type Deps = Pick<KodosumiDeps, 'db' | 'values' | 'kodosumi' | 'largestResult'>;

const NOTHING: News = { kind: 'nothing' };

/**
 * What the run's status says that must be decided. A run whose end was seen is followed no more. Throws while Kodosumi
 * cannot be asked, so that Temporal asks again.
 */
export async function lookAtFlow(deps: Deps, looked: Looked): Promise<News> {
  const news = await look(deps, looked);
  if (news.kind !== 'nothing' && news.kind !== 'lock' && news.kind !== 'leased')
    await stopFollowing(deps.db.pool, looked.runId);
  return news;
}

async function look(deps: Deps, looked: Looked): Promise<News> {
  try {
    return await lookOnce(deps, looked, SMALL_STATUS).catch((error: unknown) => {
      if (!(error instanceof KodosumiTooLargeError)) throw error;
      return oneByOne(() => lookOnce(deps, looked));
    });
  } catch (error) {
    if (error instanceof KodosumiTooLargeError) return tooLarge(deps);
    if (!(error instanceof KodosumiError) || error.passing) throw error;
    return missing(deps, looked, { message: error.message, forMs: patienceWith(error) });
  }
}

const SMALL_STATUS = 1024 * 1024; // bytes; a status that is larger holds a large result
const oneByOne = pLimit(1); // a result of 64 MiB takes several times as much memory while it is read

async function lookOnce(deps: Deps, looked: Looked, mostBytes?: number): Promise<News> {
  const status = await requireKodosumi(deps).status(looked.fid, mostBytes);
  if (status === undefined) return await missing(deps, looked, GONE);
  await forgetTrouble(deps.db.pool, looked.runId);
  return await newsIn(deps, looked, status);
}

const MISSING_MS = 60_000; // "404 for seconds after launch: tolerate 60 s" (masumi.md section 4)
const OPERATOR_MS = 600_000; // a wrong password is the operator's, who may be changing it just now
const GONE = { message: 'Kodosumi does not know the run any more.', forMs: MISSING_MS };

/** How long a refusal must last before it counts. */
export const patienceWith = ({ status }: KodosumiError): number =>
  status === 401 || status === 403 ? OPERATOR_MS : MISSING_MS;

async function missing(
  { db }: Deps,
  { runId }: Looked,
  { message, forMs }: { message: string; forMs: number },
): Promise<News> {
  const since = await noteTrouble(db.pool, runId);
  return Date.now() - since.getTime() > forMs ? { kind: 'lost', message } : NOTHING;
}

async function newsIn(deps: Deps, looked: Looked, status: FlowStatus): Promise<News> {
  const { runId, openLock, answered } = looked;
  if (status.status === 'finished') return finished(deps, runId, status);
  if (status.status === 'error') return { kind: 'failed', message: await reasonOf(deps, status) };
  if (openLock !== null) return status.locks.includes(openLock) ? NOTHING : { kind: 'leased', lid: openLock };
  const open = status.locks.filter((lid) => !answered.includes(lid));
  return open.length === 0 ? NOTHING : asked(deps, looked, open);
}

async function finished(deps: Deps, runId: string, { final }: FlowStatus): Promise<News> {
  if (final !== null && final.length > LARGE_FINAL) return finishedWithMuch(deps, runId, final);
  const result = readFinal(final);
  if (Buffer.byteLength(result.output) > limitOf(deps)) return tooLarge(deps);
  return { kind: 'finished', result: await deps.values.keep(runId, result as never) };
}

const LARGE_FINAL = 512 * 1024; // characters

async function finishedWithMuch(deps: Deps, runId: string, final: string): Promise<News> {
  const text = await readFinalInThread(final, limitOf(deps));
  return text === undefined
    ? tooLarge(deps)
    : { kind: 'finished', result: await deps.values.keepText(runId, text) };
}

const limitOf = ({ largestResult = LARGEST_RESULT }: Deps): number => largestResult;

const tooLarge = (deps: Deps): News => ({
  kind: 'too_large',
  message: `The flow's result is too large: ${limitOf(deps)} bytes is the most that a job can have.`,
});

/** Kodosumi's own error is the run's `final`; any other is the last line of its traceback (masumi.md section 4). */
async function reasonOf(deps: Deps, { fid, final }: FlowStatus): Promise<string> {
  if (final) return readFinal(final).output;
  return requireKodosumi(deps)
    .failure(fid)
    .catch(() => 'The flow failed; Kodosumi does not say why.');
}

/** The oldest open lock, kept with its form for whoever will answer it. One that is gone already changes nothing. */
async function asked(deps: Deps, { runId, fid }: Looked, open: readonly string[]): Promise<News> {
  const kodosumi = requireKodosumi(deps);
  const { lid, expiresAtMs } = await oldestLock(kodosumi, fid, open);
  const form = await kodosumi.lock(fid, lid);
  if (form === undefined) return NOTHING;
  await keepLock(deps.db.pool, runId, { lid, form, expiresAt: new Date(expiresAtMs) });
  const shown = await deps.values.keep(runId, toForm(form) as unknown as Json);
  return { kind: 'lock', lid, expiresAtMs, form: shown };
}
