import type { Sale, JobSettings } from '../../../domain/masumi/ports/jobs.ts';
import type { NodeAmount } from '../../../domain/masumi/ports/masumi-node.ts';
import { refundState } from '../../../domain/masumi/payment.ts';
import type { RunStatus } from '../../../schemas/core/run.ts';
import type { FlowRun, FlowRunEvent } from '../../../schemas/families/masumi/native.ts';
import type {
  JobAmount,
  JobStatus,
  PaymentTerms,
  StartedJob,
} from '../../../schemas/families/masumi/mip003.ts';
import type { EventRow } from '../../../db/repositories/events.ts';
import { isoOrNull } from '../../core/times.ts';
import type { FoundJob } from './jobs.ts';
import { isObject } from '../../../domain/json.ts';

/**
 * The engine's states in MIP-003's words (masumi.md section 2). A run that is given up has failed, even while its undo
 * goes on.
 */
const WORDS: { readonly [status in RunStatus]: JobStatus } = {
  created: 'pending',
  planning: 'pending',
  awaiting_approval: 'pending',
  awaiting_payment: 'awaiting_payment',
  awaiting_input: 'awaiting_input',
  paused: 'running',
  running: 'running',
  compensating: 'failed',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'failed',
};

export const statusWord = (status: RunStatus): JobStatus => WORDS[status];

/** A payment service's amount: a number where a number can hold it, and lovelace by its name. */
export function toAmount({ amount, unit }: NodeAmount): JobAmount {
  const number = Number(amount);
  return {
    amount: Number.isSafeInteger(number) ? number : amount,
    unit: unit === '' ? 'lovelace' : unit,
  };
}

/** What the purchaser needs to pay; times exactly as the payment service has them. */
export function toTerms({ job, run }: FoundJob, payment: Sale, sellerVkey: string | null): PaymentTerms {
  const settings = run.settings as unknown as JobSettings;
  return {
    blockchainIdentifier: payment.blockchainIdentifier,
    payByTime: payment.payByTime,
    submitResultTime: payment.submitResultTime,
    unlockTime: payment.unlockTime,
    externalDisputeUnlockTime: payment.externalDisputeUnlockTime,
    agentIdentifier: settings.agentIdentifier,
    sellerVKey: payment.sellerVkey ?? sellerVkey,
    identifierFromPurchaser: job.identifier,
    purchaserNonce: settings.purchaserNonce,
    amounts: payment.amounts.map(toAmount),
    input_hash: job.input_hash,
    inputHash: job.input_hash,
    ...sourceOf(settings, payment),
  };
}

/** Purchasers of V2 agents must name the source that the seller chose; for V1 they must name none. */
const sourceOf = (
  { sourceIndex }: JobSettings,
  { sourceType }: Sale,
): Pick<PaymentTerms, 'paymentSourceType' | 'supportedPaymentSourceIndex'> =>
  sourceType === null || sourceIndex === null
    ? {}
    : { paymentSourceType: 'Web3CardanoV2', supportedPaymentSourceIndex: sourceIndex };

export const toStarted = (found: FoundJob, payment: Sale, sellerVkey: string | null): StartedJob => ({
  status: 'success',
  id: found.job.run_id,
  job_id: found.job.run_id,
  ...toTerms(found, payment, sellerVkey),
});

/** The error in the contract's words. For a job that is being given up, the reason. */
export function errorOf({ run }: FoundJob): { code: string; message: string } | undefined {
  const error = run.view['error'] ?? run.view['givenUp'];
  if (!isObject(error)) return undefined;
  return { code: String(error['code'] ?? 'failed').toLowerCase(), message: String(error['message'] ?? '') };
}

export function toPayment(found: FoundJob, sellerVkey: string | null): FlowRun['payment'] {
  const { job, run } = found;
  if (job.payment === null) return null;
  const word = statusWord(run.status);
  return {
    ...toTerms(found, job.payment, sellerVkey),
    on_chain_state: job.source_type === null ? null : job.on_chain_state,
    next_action: job.next_action?.requestedAction ?? null,
    refund:
      job.source_type === null
        ? 'none'
        : refundState(job.on_chain_state, {
            failed: word === 'failed',
            authorized: job.authorized_at !== null,
          }),
  };
}

/** Events of Kodosumi's run among the journal's. */
export const toFlowEvents = (rows: readonly EventRow[]): FlowRunEvent[] =>
  rows.flatMap(({ type, data }) => {
    const { kodosumi } = data;
    return type === 'step.progress' && kodosumi !== undefined ? [kodosumi as unknown as FlowRunEvent] : [];
  });

export function timesOf({
  run,
}: FoundJob): Pick<FlowRun, 'created_at' | 'updated_at' | 'started_at' | 'completed_at'> {
  return {
    created_at: run.created_at.toISOString(),
    updated_at: run.updated_at.toISOString(),
    started_at: isoOrNull(run.started_at),
    completed_at: isoOrNull(run.finished_at),
  };
}
