import { findJob, type JobRow } from '../../../db/masumi/jobs.ts';
import { findRun, type RunRow } from '../../../db/repositories/runs.ts';
import { isTerminal } from '../../../domain/run-states.ts';
import type { Ctx } from '../../context.ts';
import { isVisitor } from '../../middleware/auth.ts';
import { ApiError } from '../../problem.ts';
import { isHidden } from '../../runs/visibility.ts';
import type { FlowDirectory } from './directory.ts';
import { jobNotFound, paymentServiceDown } from './problems.ts';
import type { Shop } from './shop.ts';

/** A job with its run. */
export interface FoundJob {
  job: JobRow;
  run: RunRow;
}

/**
 * A job of this flow that the caller may see, or 404. A flow that is gone keeps its jobs, so it matters only where
 * there is no job whether the flow exists.
 */
export const requireJob = (
  ctx: Ctx,
  { directory }: Pick<Shop, 'directory'>,
  flowKey: string,
  jobId: string,
): Promise<FoundJob> =>
  findOrRefuse(ctx, directory, flowKey, jobId, ({ run }) => !isHidden(ctx.deps.families, ctx.principal, run));

/**
 * As `requireJob`. Where visitors may order, whoever knows the id of a visitor's job may see it, with a key or without.
 */
export const requirePurchased = (
  ctx: Ctx,
  { directory, options }: Pick<Shop, 'directory' | 'options'>,
  flowKey: string,
  jobId: string,
): Promise<FoundJob> =>
  findOrRefuse(
    ctx,
    directory,
    flowKey,
    jobId,
    ({ run }) =>
      (options.isPublic && isVisitor(run.subject)) || !isHidden(ctx.deps.families, ctx.principal, run),
  );

async function findOrRefuse(
  ctx: Ctx,
  directory: FlowDirectory,
  flowKey: string,
  jobId: string,
  isSeen: (found: FoundJob) => boolean,
): Promise<FoundJob> {
  const found = await readJob(ctx, jobId);
  if (found !== undefined && found.job.flow_key === flowKey && isSeen(found)) return found;
  const refusal: unknown = await directory.require(flowKey).catch((error: unknown) => error);
  throw refusal instanceof ApiError && refusal.code === 'flow_not_found' ? refusal : jobNotFound();
}

async function readJob(ctx: Ctx, given: string): Promise<FoundJob | undefined> {
  const { pool } = ctx.deps.db;
  const jobId = plainUuid(given);
  const tenant = ctx.principal.tenant;
  const [job, run] = await Promise.all([findJob(pool, tenant, jobId), findRun(pool, tenant, jobId)]);
  return job === undefined || run === undefined ? undefined : { job, run };
}

/** Libraries write UUIDs in capitals, in braces, without dashes or as URNs (RFC 9562). */
function plainUuid(text: string): string {
  const hex = text
    .toLowerCase()
    .replace(/^(?:urn:uuid:|\{)|\}$/g, '')
    .replaceAll('-', '');
  return /^[\da-f]{32}$/.test(hex) ? hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5') : text;
}

const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 400; // so that many waiting purchasers do not use up the time of each other

/**
 * Waits until the purchaser can be told how to pay. A job that could not get a payment request is answered with the
 * reason. A job that takes longer is under way, and the same order finds it again.
 */
export async function untilPayable(ctx: Ctx, jobId: string, waitMs: number): Promise<FoundJob> {
  const deadline = Date.now() + waitMs;
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LAST_LOOK_MS, pauseMs * 1.5)) {
    const found = await readJob(ctx, jobId);
    if (found === undefined) throw jobNotFound();
    if (wasNeverPayable(found.run)) throw refusalOf(found.run);
    if (found.job.payment !== null && found.run.status !== 'created') return found;
    if (isTerminal(found.run.status)) throw refusalOf(found.run);
    if (Date.now() >= deadline || ctx.signal.aborted) throw stillAsking(jobId);
    await new Promise((settle) => setTimeout(settle, pauseMs));
  }
}

const NEVER_PAYABLE: ReadonlySet<string> = new Set(['PAYMENT_REJECTED', 'PAYMENT_SERVICE_UNAVAILABLE']);

/** The job ended before anybody was told of a payment request, whatever came of it later. */
export const wasNeverPayable = (run: RunRow): boolean => NEVER_PAYABLE.has(endOf(run).code);

const endOf = ({ view }: RunRow): { code: string; message: string } => ({
  code: '',
  message: '',
  ...(view['error'] as { code?: string; message?: string } | undefined),
});

function refusalOf(run: RunRow): ApiError {
  const { code, message } = endOf(run);
  const members = { job_id: run.id };
  if (code === 'PAYMENT_REJECTED')
    return new ApiError('payment_rejected', `The payment service refused the order: ${message}`, { members });
  if (code === 'PAYMENT_SERVICE_UNAVAILABLE') return paymentServiceDown(members, message);
  return new ApiError('invalid_state', `The job is ${run.status}.`, { members });
}

const stillAsking = (jobId: string): ApiError =>
  new ApiError(
    'payment_service_unavailable',
    'The order is taken, and the payment service has not answered yet. Send the same again: it is one job.',
    { headers: { 'retry-after': '5' }, members: { job_id: jobId } },
  );
