import type { BookedRow, PaidRow } from '../../db/repositories/receipts.ts';
import { transferOf } from '../../db/repositories/payments-write.ts';
import type { ApprovalRow } from '../../db/repositories/run-lists.ts';
import type { RunRow, StepRow } from '../../db/repositories/runs.ts';
import type { Plan, SpendLimits } from '../../domain/plan/plan.ts';
import { isObject } from '../../domain/json.ts';
import { planHashInput } from '../../domain/plan/wire.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import {
  WalletProof,
  type PlanRevision,
  type ReceiptApproval,
  type ReceiptBodies,
  type ReceiptPayment,
  type ReceiptRefund,
  type ReceiptTransfer,
} from '../../schemas/core/receipt.ts';
import { isoOrNull } from '../core/times.ts';
import type { EventFacts } from './read-events.ts';

/** A run that paid without a plan names what it paid in at its end. */
export function planBody(plans: readonly Plan[], view: JsonObject): ReceiptBodies['plan'] {
  const last = plans.at(-1);
  const revisions = plans.map((plan) => ({
    revision: plan.revision,
    plan_hash: plan.planHash,
    hashed: planHashInput(plan) as PlanRevision['hashed'],
  }));
  const { asset, decimals } = last ?? view;
  return typeof asset === 'string' && typeof decimals === 'number'
    ? { asset, decimals, revisions }
    : { asset: null, decimals: null, revisions };
}

interface Granted {
  limits: SpendLimits;
  expires_at: string;
  proof?: WalletProof;
}

export function approvalBody(row: ApprovalRow, view: JsonObject, { granted }: EventFacts): ReceiptApproval {
  const text = (name: string): string => String(row.data[name] ?? '');
  const plan_hash = text('plan_hash');
  const grant = row.status === 'approved' ? grantOf(row, view, plan_hash) : undefined;
  return {
    id: row.id,
    plan_hash,
    status: row.status,
    reason: text('reason'),
    requested_at: row.requested_at.toISOString(),
    decided_at: isoOrNull(row.decided_at),
    decided_by: row.decided_by,
    limits: grant ? limitsOf(grant.limits) : null,
    signing_until: grant?.expires_at ?? null,
    seq: grant ? (granted.get(plan_hash) ?? null) : null,
    wallet_proof: WalletProof.safeParse(grant?.proof).data ?? null,
  };
}

/** Records from before limits were kept with each approval have those of the last one only, in the view. */
function grantOf({ data }: ApprovalRow, { approval }: JsonObject, planHash: string): Granted | undefined {
  if (data['granted'] !== undefined) return data['granted'] as unknown as Granted;
  const last = approval as unknown as Record<'planHash' | 'expiresAt', string> & { limits: SpendLimits };
  return last?.planHash === planHash ? { limits: last.limits, expires_at: last.expiresAt } : undefined;
}

/** An approval by signal may write zeros before the digits. A receipt writes each amount in one way. */
const plain = (amount: string): string => BigInt(amount).toString();

const limitsOf = (limits: SpendLimits): ReceiptApproval['limits'] => ({
  max_total: plain(limits.maxTotalAmount),
  max_per_transaction: limits.maxPerTransaction === undefined ? null : plain(limits.maxPerTransaction),
  recipients: limits.allowedRecipients ?? null,
});

/** What allowed a payment without an approval, as its step tells it. */
export function consentOf(
  { purse }: Pick<RunRow, 'purse'>,
  steps: readonly Pick<StepRow, 'step_id' | 'data'>[],
  stepId: string,
): ReceiptPayment['consent'] {
  const consent = steps.find(({ step_id }) => step_id === stepId)?.data['consent'];
  if (purse.kind !== 'budget' || !isObject(consent)) return undefined;
  const text = (name: string): string => String(consent[name] ?? '');
  return {
    budget: purse.budget,
    action: text('action'),
    rule: text('rule'),
    words: text('words'),
    at: text('at'),
  };
}

export function paymentBody(
  row: PaidRow,
  { signed, told }: EventFacts,
  consent?: ReceiptPayment['consent'],
): ReceiptPayment {
  const { fingerprint, proof, created_at, ...shown } = row;
  return {
    ...shown,
    created_at: created_at.toISOString(),
    transfer: transferOf({ ...row, kind: 'step' }),
    seq: signed.get(row.id) ?? null,
    told: told.get(row.id) ?? null,
    proof: fingerprint === null ? null : proofOf(row.rail, proof),
    ...(consent && { consent }),
  };
}

/** What finds the payment on its chain, and nothing else that is kept beside it. */
function proofOf(rail: PaidRow['rail'], proof: JsonObject): ReceiptPayment['proof'] {
  const text = (name: string): string => String(proof[name]);
  const whole = (name: string): number => Number(proof[name]);
  const hashes = (name: string): string[] => (proof[name] as string[]).map(String);
  if (rail === 'mock') return { kind: 'mock', transaction: text('txHash') };
  if (rail === 'x402-evm')
    return {
      kind: 'evm-authorization',
      token: text('token'),
      from: text('from'),
      to: text('to'),
      value: text('value'),
      nonce: text('nonce'),
      valid_before: text('validBefore'),
      signed_block: whole('signedBlock'),
    };
  if (rail === 'evm-router')
    return {
      kind: 'evm-transaction',
      token: text('token'),
      from: text('from'),
      to: text('payee'),
      value: text('value'),
      router: text('router'),
      nonce: whole('nonce'),
      data_hash: text('dataHash'),
      transactions: hashes('payments'),
      allowances: hashes('allowances'),
      fillers: hashes('fillers'),
      signed_block: whole('signedBlock'),
    };
  return {
    kind: 'solana-message',
    message_hash: text('messageHash'),
    blockhash: text('blockhash'),
    last_valid_block_height: whole('lastValidBlockHeight'),
    signed_slot: whole('signedSlot'),
    account: text('account'),
    memo: text('memo'),
  };
}

export const transferBody = ({ data: _data, ...row }: BookedRow): ReceiptTransfer => ({
  ...row,
  created_at: row.created_at.toISOString(),
  closed_at: isoOrNull(row.closed_at),
});

/** Refunds are booked with what their chain shows; steps tell how their undo ended. */
export function refundsBody(
  booked: readonly BookedRow[],
  steps: readonly StepRow[],
): ReceiptBodies['refunds'] {
  const refunds = booked
    .filter(({ kind }) => kind === 'refund')
    .map(({ id, step_id, data }): ReceiptRefund => {
      const { network, txHash, asset, from, amount } = data as Record<string, string>;
      const told = { network: network ?? '', tx_hash: txHash ?? '', asset: asset ?? '', from: from ?? '' };
      return { transfer: id, step_id: step_id ?? '', ...told, amount: amount ?? '0' };
    });
  const undone = steps.flatMap(({ step_id, status }) =>
    status === 'compensated' || status === 'compensation_failed' ? [{ step_id, status }] : [],
  );
  return { refunds, undone };
}

export const runBody = (row: RunRow, input_hash: string): ReceiptBodies['run'] => ({
  id: row.id,
  tenant: row.tenant,
  family: row.family,
  kind: row.kind,
  subject: row.subject,
  status: row.status as ReceiptBodies['run']['status'],
  workflow_id: row.workflow_id,
  created_at: row.created_at.toISOString(),
  started_at: isoOrNull(row.started_at),
  finished_at: (row.finished_at ?? row.created_at).toISOString(),
  input_hash,
  ...sourceOf(row),
});

/** Told only where it differs from what a receipt takes for granted. */
function sourceOf({ tenant, subject, purse }: RunRow): Pick<ReceiptBodies['run'], 'source'> {
  if (purse.kind === 'treasury' || purse.kind === 'budget') return { source: 'treasury:system:operator' };
  if (purse.kind !== 'escrow' || purse.owner === undefined || purse.owner === subject) return {};
  return { source: `escrow:${tenant}:${purse.owner}` };
}
