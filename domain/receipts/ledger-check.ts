import type { ReceiptBodies, ReceiptRefund, ReceiptTransfer } from '../../schemas/core/receipt.ts';
import { isSource, isPayee, isReserve, sum } from './bodies.ts';
import { leftInReserve } from './closing.ts';
import { showIn, type Show } from './amounts.ts';
import { judge, twice, type Finding } from './finding.ts';

/** Every transfer balances and draws only on whoever pays and on this run. What was drawn was paid or given back. */
export function checkLedger({ run, plan, ledger: { transfers } }: ReceiptBodies, final: boolean): Finding[] {
  const show = showIn(plan);
  const left = [...leftInReserve(run, transfers)];
  return [
    judge(
      'ledger',
      [
        ...twice(transfers.map(({ id }) => id)).map((id) => `${id} is there twice`),
        ...transfers.flatMap((transfer) => unbalanced(transfer, show)),
        ...transfers.flatMap((transfer) => foreign(run, transfer)),
      ],
      `${transfers.length} transfers, each sums to zero in each asset`,
    ),
    judge(
      'reserve',
      final ? left.map(([asset, amount]) => `${show(amount)} (${asset}) is neither paid nor given back`) : [],
      final ? 'all that was set aside was paid or given back' : 'still in use',
    ),
  ];
}

function unbalanced({ id, entries }: ReceiptTransfer, show: Show): string[] {
  const sums = new Map<string, bigint>();
  for (const { asset, amount } of entries) sums.set(asset, (sums.get(asset) ?? 0n) + BigInt(amount));
  return [
    ...(entries.length < 2 ? [`${id} has less than two entries`] : []),
    ...[...sums].flatMap(([asset, total]) =>
      total === 0n ? [] : [`${id} sums to ${show(total)} in ${asset}`],
    ),
  ];
}

/** Escrows and reserves belong to somebody. A run touches only its own, and those of whoever pays for it. */
function foreign(run: ReceiptBodies['run'], { id, kind, entries }: ReceiptTransfer): string[] {
  return entries
    .filter(({ account }) => /^(reserve|escrow|treasury|withdrawal|surplus):/.test(account))
    .filter(({ account }) => !(kind === 'surplus' && account.startsWith('surplus:')))
    .filter((entry) => !isReserve(run, entry) && !isSource(run, entry))
    .map(({ account }) => `${id} touches ${account}`);
}

/** Each refund is booked as it was told, comes from a payee who was paid, and is not more than that payment. */
export function checkRefunds({
  run,
  plan,
  payments,
  ledger,
  refunds: { refunds },
}: ReceiptBodies): Finding[] {
  const show = showIn(plan);
  const booked = ledger.transfers.filter(({ kind }) => kind === 'refund');
  const missing = booked.filter(({ id }) => !refunds.some(({ transfer }) => transfer === id));
  return [
    ...missing.map(({ id }) => judge(`refund ${id}`, ['it is booked and not told'], '')),
    ...refunds.map((refund) =>
      judge(
        `refund of ${refund.step_id}`,
        refundProblems(
          refund,
          run,
          payments.payments.filter(
            ({ step_id, status }) => step_id === refund.step_id && status === 'settled',
          ),
          booked.find(({ id }) => id === refund.transfer),
          show,
        ),
        `${show(refund.amount)} came back from ${refund.from}`,
      ),
    ),
  ];
}

function refundProblems(
  refund: ReceiptRefund,
  run: ReceiptBodies['run'],
  paid: ReceiptBodies['payments']['payments'],
  transfer: ReceiptTransfer | undefined,
  show: Show,
): string[] {
  const [payment] = paid;
  if (transfer === undefined) return ['the ledger has no transfer of it'];
  if (payment === undefined) return [`step ${refund.step_id} was not paid`];
  const problems: string[] = [];
  if (payment.pay_to !== refund.from)
    problems.push(`${payment.pay_to} was paid, and ${refund.from} pays back`);
  if (payment.network !== refund.network) problems.push(`it was paid on ${payment.network}`);
  if (BigInt(refund.amount) > BigInt(payment.amount)) problems.push(`only ${show(payment.amount)} was paid`);
  const taken = -sum(transfer, (entry) => isPayee(run, payment, entry));
  const given = sum(transfer, (entry) => isSource(run, entry));
  if (taken !== BigInt(refund.amount)) problems.push(`its transfer takes ${show(taken)} from the payee`);
  if (given !== BigInt(refund.amount)) problems.push(`its transfer gives back ${show(given)}`);
  return problems;
}

/**
 * The cost that the run told at its end is what had settled by then, less what came back. What a reorganisation takes back
 * after that was part of it; it is said beside the cost.
 */
export function checkCost({ plan, payments, refunds, result }: ReceiptBodies): Finding {
  const paid = payments.payments.filter(({ told }) => told === 'settled');
  const settled = total(paid);
  const lost = total(paid.filter(({ status }) => status !== 'settled'));
  const back = total(refunds.refunds);
  const cost = settled - back;
  const told = result.cost.map(({ amount, asset }) => `${amount} ${asset}`).join(', ') || 'nothing';
  const found = plan.asset === null ? 'nothing' : showIn(plan)(cost);
  const fits = told === found || (told === 'nothing' && cost === 0n);
  return judge(
    'cost',
    fits ? [] : [`the run told ${told}, its payments make ${found}`],
    `${told}, as its payments make${lost === 0n ? '' : `; of that ${lost} (minor units) are not on their chain any more`}`,
  );
}

const total = (payments: readonly { amount: string }[]): bigint =>
  payments.reduce((paid, { amount }) => paid + BigInt(amount), 0n);
