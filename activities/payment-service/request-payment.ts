import { createHash } from 'node:crypto';
import { keepSale, markSaleAsked, markSaleState, type JobRow } from '../../db/masumi/jobs.ts';
import { saleStateOf, saleOf } from '../../domain/masumi/payment.ts';
import { EngineError } from '../../domain/errors.ts';
import { MasumiNodeError } from '../../domain/masumi/outside-errors.ts';
import type {
  Sale,
  JobSettings,
  JobTimes,
  SaleState,
  RequestPaymentOutcome,
} from '../../domain/masumi/ports/jobs.ts';
import type { Ride } from '../../domain/ports/journal.ts';
import type { NodePayment } from '../../domain/masumi/ports/masumi-node.ts';
import { withRide } from '../journal/ride.ts';
import type { MasumiDeps } from './tools.ts';
import { requireJob, requireNode, settingsOf } from './job.ts';

const CLOCKS_MS = 300_000; // how far the payment service's clock may be behind ours

type Request = { ride: Ride; runId: string; times: JobTimes };

/**
 * Creates one payment request for a job: the sale, which brings money in. What a crash leaves behind:
 * - before `markSaleAsked`: nothing was asked; the next try asks.
 * - after it, before or while the payment service is asked: a request carrying the job's id may exist. The next try looks
 *   for it first, and asks only when there is none. A request that turns up after that look is never shown to
 *   anybody, so nobody can pay it; it ends by itself at its payByTime.
 * - after the answer, before `keepSale`: the same; the look finds it.
 * - after `keepSale`: the next try answers what is kept.
 */
export async function requestPayment(deps: MasumiDeps, request: Request): Promise<RequestPaymentOutcome> {
  return withRide(deps.journal, request.ride, () => requestOnce(deps, request));
}

async function requestOnce(deps: MasumiDeps, { runId, times }: Request): Promise<RequestPaymentOutcome> {
  const job = await requireJob(deps, runId);
  if (job.payment !== null) return requested(job.payment, storedState(job));
  const settings = await settingsOf(deps, runId);
  if (settings.pricing === 'simulated' || settings.pricing === 'Free')
    return keep(deps, runId, unasked(runId, settings, times), FUNDS_LOCKED, false);
  try {
    const made = await order(deps, job, settings, times);
    await deps.checkpoint?.('job.payment-made');
    return await keep(
      deps,
      runId,
      saleOf(made, times.payByTime, settings.listedAmounts),
      saleStateOf(made),
      true,
    );
  } catch (error) {
    if (!(error instanceof MasumiNodeError) || error.passing || error.unknown) throw error;
    const kind = error.status === 400 || error.status === 404 ? 'rejected' : 'unavailable';
    return { kind, message: error.message };
  }
}

async function order(
  deps: MasumiDeps,
  job: JobRow,
  { agentIdentifier, purchaserNonce, requestedFunds, sourceIndex }: JobSettings,
  times: JobTimes,
): Promise<NodePayment> {
  const node = requireNode(deps);
  const askedBefore = job.payment_asked_at !== null;
  const askedAt = await markSaleAsked(deps.db.pool, job.run_id);
  await deps.checkpoint?.('job.payment-asked');
  if (!(await isWanted(deps, job.run_id)))
    throw new Error(
      `Another try has the payment request of job ${job.run_id} by now; this one asks for none.`,
    );
  const found = askedBefore ? await node.findPayment(job.run_id, askedAt.getTime() - CLOCKS_MS) : undefined;
  return (
    found ??
    node.createPayment({
      agentIdentifier: agentIdentifier ?? '',
      inputHash: job.input_hash,
      identifierFromPurchaser: purchaserNonce,
      ...times,
      ...(requestedFunds === null ? {} : { requestedFunds }),
      ...(sourceIndex === null ? {} : { supportedPaymentSourceIndex: sourceIndex }),
      metadata: job.run_id,
    })
  );
}

/** False once another try has kept a payment request: this one was held up and must not ask for a second. */
const isWanted = async (deps: MasumiDeps, runId: string): Promise<boolean> =>
  (await requireJob(deps, runId)).payment === null;

async function keep(
  { db }: MasumiDeps,
  runId: string,
  payment: Sale,
  paymentState: SaleState,
  watched: boolean,
): Promise<RequestPaymentOutcome> {
  const kept = await keepSale(db.pool, runId, payment, paymentState, watched);
  if (kept === undefined) throw new EngineError('run_finished', `Job ${runId} has ended.`);
  return requested(kept, paymentState);
}

const requested = (payment: Sale, paymentState: SaleState): RequestPaymentOutcome => ({
  kind: 'requested',
  payment,
  state: paymentState,
});

const storedState = ({ on_chain_state, next_action }: JobRow): SaleState => ({
  onChainState: on_chain_state,
  nextAction: next_action,
});

const FUNDS_LOCKED: SaleState = { onChainState: 'FundsLocked', nextAction: null };

/** For free agents and MASUMI_TEST_MODE. The payment service is not asked and nobody pays; the identifier says so. */
const unasked = (runId: string, { pricing, requestedFunds }: JobSettings, times: JobTimes): Sale => ({
  ...times,
  blockchainIdentifier: `${pricing === 'Free' ? 'FREE' : 'SIMULATED'}-${digest(runId)}`,
  sellerVkey: null,
  amounts: requestedFunds ?? [],
  sourceType: null,
});

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

export async function readPayment(
  deps: MasumiDeps,
  { ride, runId }: { ride: Ride; runId: string },
): Promise<SaleState> {
  return withRide(deps.journal, ride, async () => {
    const job = await requireJob(deps, runId);
    if (job.blockchain_identifier === null || job.source_type === null) return storedState(job);
    const seen = await requireNode(deps).resolve(job.blockchain_identifier).catch(orUnseen);
    if (seen?.onChainState == null) return storedState(job);
    await markSaleState(deps.db.pool, runId, saleStateOf(seen));
    return saleStateOf(seen);
  });
}

/** A payment service that refuses to show it shows nothing, however often it is asked. */
function orUnseen(error: unknown): undefined {
  if (!(error instanceof MasumiNodeError) || error.passing) throw error;
}
