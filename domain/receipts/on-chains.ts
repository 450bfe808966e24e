import { bodiesOf } from './bodies.ts';
import { showIn, type Show } from './amounts.ts';
import type { Finding } from './finding.ts';
import { wasSigned } from './plan-check.ts';
import type { Sighting } from '../payments/rail.ts';
import type { Receipt, ReceiptPayment, ReceiptRefund, ReceiptTransfer } from '../../schemas/core/receipt.ts';
import { describeError } from '../errors.ts';

/** `unanswered`: the check was asked for and could not be made. */
export type Checked = Omit<Finding, 'verdict'> & { verdict: Finding['verdict'] | 'unanswered' };

/** One chain, as whoever checks a receipt sees it. Its methods throw when the node does not answer. */
export interface Witness {
  /** CAIP-2, as the node itself says. */
  network(): Promise<string>;
  /**
   * The state of the payment, and what is wrong with how it moved; `problems` is empty for a payment that did not land.
   */
  find(payment: ReceiptPayment, show?: Show): Promise<{ sighting: Sighting; problems: string[] }>;
  /** Whether a refund of this payment is final, and what is wrong with it. */
  findRefund(
    refund: ReceiptRefund,
    payment: ReceiptPayment,
    show?: Show,
  ): Promise<{ final: boolean; problems: string[] }>;
  close(): void;
}

/**
 * The witness that knows a network; undefined when none was given. `option` is the command line option that gives one.
 */
export interface Witnesses {
  of(network: string): { witness: Witness | undefined; option: string };
}

/** Each signed payment and each refund, as its own chain shows it. */
export async function checkOnChains(receipt: Receipt, witnesses: Witnesses): Promise<Checked[]> {
  const { plan, payments, refunds, ledger } = bodiesOf(receipt);
  const show = showIn(plan);
  const found: Checked[] = [];
  for (const payment of payments.payments.filter(wasSigned))
    found.push(
      payment.proof?.kind === 'mock'
        ? { link: `chain of ${payment.id}`, verdict: 'unchecked', detail: 'mock: nothing moved on a chain' }
        : await look(`chain of ${payment.id}`, payment.network, witnesses, (witness) =>
            judgePayment(witness, payment, show),
          ),
    );
  for (const refund of refunds.refunds) {
    const payment = payments.payments.find(
      ({ step_id, status }) => step_id === refund.step_id && status === 'settled',
    );
    if (payment === undefined) continue; // another check reports that already
    found.push(
      await look(`chain of refund of ${refund.step_id}`, refund.network, witnesses, (witness) =>
        judgeRefund(
          witness,
          { ...refund, amount: restingOn(refund, refunds.refunds).toString() },
          payment,
          ledger.transfers.find(({ id }) => id === refund.transfer)?.state,
          show,
        ),
      ),
    );
  }
  return found;
}

/** One transaction may pay back several steps: it must have moved at least what all of them say together. */
const restingOn = (refund: ReceiptRefund, all: readonly ReceiptRefund[]): bigint =>
  all
    .filter(
      ({ network, tx_hash, asset, from }) =>
        network === refund.network &&
        tx_hash === refund.tx_hash &&
        asset === refund.asset &&
        from === refund.from,
    )
    .reduce((sum, { amount }) => sum + BigInt(amount), 0n);

type Verdict = [Checked['verdict'], string];

async function look(
  link: string,
  network: string,
  witnesses: Witnesses,
  work: (witness: Witness) => Promise<Verdict>,
): Promise<Checked> {
  const { witness, option } = witnesses.of(network);
  if (witness === undefined)
    return { link, verdict: 'unchecked', detail: `on ${network}; no ${option} given` };
  try {
    const actual = await witness.network();
    if (actual !== network)
      return { link, verdict: 'unanswered', detail: `it is on ${network}; ${option} is a node of ${actual}` };
    const [verdict, detail] = await work(witness);
    return { link, verdict, detail: `${network}: ${detail}` };
  } catch (error) {
    return { link, verdict: 'unanswered', detail: `${option} did not say: ${describeError(error)}` };
  }
}

async function judgePayment(witness: Witness, payment: ReceiptPayment, show: Show): Promise<Verdict> {
  const { sighting, problems } = await witness.find(payment, show);
  if (problems.length > 0) return ['failed', problems.join('; ')];
  if (payment.status === 'settled') return judgeSettled(payment, sighting, show);
  if (payment.status !== 'void')
    return [
      'unchecked',
      `the receipt leaves it open (${payment.status}); the chain says ${sighting.kind} now`,
    ];
  if (sighting.kind === 'void') return ['ok', 'it can never land'];
  if (sighting.kind === 'unproven') return ['unanswered', sighting.message];
  return ['failed', `the receipt says that it can never land, the chain says ${sighting.kind}`];
}

function judgeSettled(
  { tx_hash, finalized, amount, pay_to }: ReceiptPayment,
  sighting: Sighting,
  show: Show,
): Verdict {
  if (sighting.kind !== 'landed')
    return ['failed', `transaction ${tx_hash} is not this payment; the chain says ${said(sighting)}`];
  if (sighting.txHash.toLowerCase() !== tx_hash?.toLowerCase())
    return ['failed', `it landed in ${sighting.txHash}, not in ${tx_hash}`];
  if (finalized && !sighting.final) return ['failed', `${tx_hash} is there, but not final for this node`];
  return [
    'ok',
    `${tx_hash} moved ${show(amount)} to ${pay_to}, ${sighting.final ? 'final' : 'not final yet'}, at ${sighting.position}`,
  ];
}

async function judgeRefund(
  witness: Witness,
  refund: ReceiptRefund,
  payment: ReceiptPayment,
  booked: ReceiptTransfer['state'] | undefined,
  show: Show,
): Promise<Verdict> {
  const { final, problems } = await witness.findRefund(refund, payment, show);
  if (problems.length > 0) return ['failed', problems.join('; ')];
  if (booked === 'posted' && !final)
    return ['failed', `${refund.tx_hash} is there, but not final for this node`];
  return ['ok', `${refund.tx_hash} gave ${show(refund.amount)} back, ${final ? 'final' : 'not final yet'}`];
}

const said = (sighting: Sighting): string =>
  sighting.kind === 'unproven' ? `"${sighting.message}"` : sighting.kind;
