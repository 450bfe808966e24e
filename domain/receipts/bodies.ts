import type { Receipt, ReceiptBodies } from '../../schemas/core/receipt.ts';

/** What the links of a receipt say, by name. */
export function bodiesOf({ sections }: Receipt): ReceiptBodies {
  const [run, plan, approvals, payments, ledger, refunds, result, events] = sections;
  return {
    run: run.body,
    plan: plan.body,
    approvals: approvals.body,
    payments: payments.body,
    ledger: ledger.body,
    refunds: refunds.body,
    result: result.body,
    events: events.body,
  };
}

/** Prefix of the accounts that hold what was set aside for the run, in whichever asset. */
export const reserveOf = ({ tenant, id }: ReceiptBodies['run']): string => `reserve:${tenant}:${id}:`;

/** Prefix of the accounts of the user whom the run is for. */
export const escrowOf = ({ tenant, subject }: ReceiptBodies['run']): string => `escrow:${tenant}:${subject}:`;

export const payeeOf = ({ tenant }: ReceiptBodies['run'], payTo: string, asset: string): string =>
  `payee:${tenant}:${payTo}:${asset}`;
