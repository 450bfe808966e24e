import type { Receipt, ReceiptBodies, ReceiptPayment, ReceiptTransfer } from '../../schemas/core/receipt.ts';

/** What the links of a receipt contain, by name. */
export function bodiesOf({ sections }: Receipt): ReceiptBodies {
  const [run, plan, approvals, payments, ledger, refunds, result, events, audit] = sections;
  return {
    run: run.body,
    plan: plan.body,
    approvals: approvals.body,
    payments: payments.body,
    ledger: ledger.body,
    refunds: refunds.body,
    result: result.body,
    events: events.body,
    audit: audit.body,
  };
}

type Run = ReceiptBodies['run'];
type Entry = ReceiptTransfer['entries'][number];

// Whole names of accounts: a prefix could be another's, because subjects may be called anything.

/** Of what was set aside for the run. */
export const isReserve = ({ tenant, id }: Run, { account, asset }: Entry): boolean =>
  account === `reserve:${tenant}:${id}:${asset}`;

/** Of whoever pays for the run: the user whom it is for, unless it names another source. */
export const isSource = (
  { tenant, subject, source = `escrow:${tenant}:${subject}` }: Run,
  { account, asset }: Entry,
): boolean => account === `${source}:${asset}`;

/** Of whoever got this payment, in the asset that it was made in. */
export const isPayee = (
  { tenant }: Run,
  payment: Pick<ReceiptPayment, 'pay_to' | 'asset'>,
  { account, asset }: Entry,
): boolean => account === `payee:${tenant}:${payment.pay_to}:${asset}` && asset === payment.asset;

/** What a transfer moves into these accounts, minor units. */
export const sum = ({ entries }: ReceiptTransfer, of: (entry: Entry) => boolean): bigint =>
  entries.filter(of).reduce((total, { amount }) => total + BigInt(amount), 0n);
