import type { ReceiptBodies, ReceiptPayment, ReceiptTransfer } from '../../schemas/core/receipt.ts';
import { tokenOfAssetId } from '../assets.ts';
import { canonicalTransaction, sameAddress } from '../payments/networks.ts';
import { isPayee, isReserve, sum } from './bodies.ts';
import { showIn, type Show } from './amounts.ts';
import { judge, twice, type Finding } from './finding.ts';
import { wasSigned } from './plan-check.ts';

type Bodies = Pick<ReceiptBodies, 'run' | 'plan' | 'payments' | 'ledger'>;

/** Each payment is what its proof and its transfer say, and no step was paid twice. */
export function checkPayments({
  run,
  plan,
  payments: { payments },
  ledger: { transfers },
}: Bodies): Finding[] {
  const show = showIn(plan);
  return [
    ...payments.map((payment) =>
      judge(
        `payment ${payment.id}`,
        [...proofProblems(payment, show), ...bookProblems(run, payment, transfers, show)],
        `${payment.status}${payment.finalized ? ' for good' : ''}, as its proof and its transfer say`,
      ),
    ),
    judge(
      'paid once',
      repeated(payments),
      'at most one settled payment a step, each with a transaction of its own',
    ),
    judge(
      'all transfers are known',
      strangers(payments, transfers),
      'no payment in the books is without its intent',
    ),
  ];
}

function proofProblems({ proof, ...payment }: ReceiptPayment, show: Show): string[] {
  if (!wasSigned({ proof, ...payment }))
    return proof === null && payment.tx_hash === null ? [] : ['it has a proof although nothing was signed'];
  if (proof === null) return ['it was signed and has no proof'];
  const problems: string[] = [];
  if (payment.status === 'settled' && payment.tx_hash === null)
    problems.push('it is settled by no transaction');
  if (payment.finalized && payment.status !== 'settled') problems.push(`it is final and ${payment.status}`);
  if (chainOf(proof) !== payment.network.split(':')[0])
    problems.push(`its proof is one of another kind of chain than ${payment.network}`);
  if (proof.kind === 'solana-message' || proof.kind === 'mock') return problems;
  const same = (one: string, other: string): boolean => sameAddress(payment.network, one, other);
  if (proof.value !== payment.amount)
    problems.push(`${show(proof.value)} was signed, not ${show(payment.amount)}`);
  if (!same(proof.to, payment.pay_to))
    problems.push(`it was signed to ${proof.to}, not to ${payment.pay_to}`);
  if (!same(proof.token, tokenOfAssetId(payment.asset))) problems.push(`it was signed in ${proof.token}`);
  return problems;
}

/** The kind of chain that a proof is of, as its CAIP-2 names begin. */
function chainOf({ kind }: NonNullable<ReceiptPayment['proof']>): string {
  if (kind === 'mock') return 'mock';
  return kind === 'solana-message' ? 'solana' : 'eip155';
}

/**
 * The transfer that a payment must have in each state. A hold that was given up leaves no transfer, or a voided one.
 */
const BOOKED: Readonly<Record<ReceiptPayment['status'], ReceiptTransfer['state'] | undefined>> = {
  quoted: undefined,
  prepared: 'pending',
  signed: 'pending',
  submitted: 'pending',
  unknown: 'pending',
  settled: 'pending',
  rejected: undefined,
  void: 'voided',
};

function bookProblems(
  run: ReceiptBodies['run'],
  payment: ReceiptPayment,
  transfers: readonly ReceiptTransfer[],
  show: Show,
): string[] {
  const wanted = payment.finalized ? 'posted' : BOOKED[payment.status];
  const transfer = transfers.find(({ id }) => id === payment.transfer);
  if (wanted === undefined)
    return transfer === undefined || transfer.state === 'voided'
      ? []
      : ['nothing was signed, but it is booked'];
  if (transfer === undefined) return ['the ledger has no transfer of it'];
  const problems: string[] = [];
  if (transfer.state !== wanted) problems.push(`its transfer is ${transfer.state}, not ${wanted}`);
  if (transfer.step_id !== payment.step_id) problems.push(`its transfer is of step ${transfer.step_id}`);
  const taken = -sum(transfer, (entry) => isReserve(run, entry));
  const given = sum(transfer, (entry) => isPayee(run, payment, entry));
  if (taken !== BigInt(payment.amount))
    problems.push(`its transfer takes ${show(taken)} from the run, not ${show(payment.amount)}`);
  if (given !== BigInt(payment.amount))
    problems.push(`its transfer gives ${show(given)} to the payee, not ${show(payment.amount)}`);
  return problems;
}

/** What only one payment in the world can have: its transaction, and the bytes that were signed for it. */
export function marksOf({ status, network, tx_hash, proof }: ReceiptPayment): string[] {
  const signed = proof && `${signedMark(proof)} on ${network}`;
  const landed = status === 'settled' && tx_hash !== null ? canonicalTransaction(network, tx_hash) : null;
  return [signed, landed && `transaction ${landed}`].filter((mark) => mark !== null);
}

function signedMark(proof: NonNullable<ReceiptPayment['proof']>): string {
  switch (proof.kind) {
    case 'evm-authorization':
      return `authorization ${proof.nonce} of ${proof.from}`.toLowerCase();
    case 'evm-transaction':
      return `number ${proof.nonce} of ${proof.from}`.toLowerCase();
    case 'solana-message':
      return `message ${proof.message_hash}`;
    case 'mock':
      return `mock transaction ${proof.transaction}`;
  }
}

function repeated(payments: readonly ReceiptPayment[]): string[] {
  const settled = payments.filter(({ status }) => status === 'settled');
  return [
    ...twice(settled.map(({ step_id }) => step_id)).map((step) => `step ${step} was paid twice`),
    ...twice(payments.map(({ step_id, generation }) => `${generation} of step ${step_id}`)).map(
      (which) => `there are two of generation ${which}`,
    ),
    ...twice(payments.map(({ id }) => id)).map((id) => `there are two payments ${id}`),
    ...twice(payments.flatMap(marksOf)).map((mark) => `${mark} counts twice`),
  ];
}

/** Earlier holds of a payment that were given up: they are booked under its name, and voided. */
function strangers(payments: readonly ReceiptPayment[], transfers: readonly ReceiptTransfer[]): string[] {
  const known = new Set(payments.map(({ transfer }) => transfer));
  return transfers
    .filter(({ id, kind, state }) => kind === 'payment' && state !== 'voided' && !known.has(id))
    .map(({ id }) => `${id} is of no payment here`);
}
