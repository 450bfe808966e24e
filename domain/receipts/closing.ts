import type { ReceiptBodies, ReceiptPayment, ReceiptTransfer } from '../../schemas/core/receipt.ts';
import { isReserve } from './bodies.ts';

type Money = Pick<ReceiptBodies, 'run' | 'payments' | 'ledger'>;

/** Nothing will happen to this payment any more. */
const isClosed = ({ status, finalized }: ReceiptPayment): boolean =>
  status === 'settled' ? finalized : status === 'void' || status === 'rejected';

/** All money of the run is where it stays: no payment is open, nothing is held, and the reserve is empty. */
export function isFinal({ run, payments, ledger }: Money): boolean {
  return (
    payments.payments.every(isClosed) &&
    ledger.transfers.every(({ state }) => state !== 'pending') &&
    leftInReserve(run, ledger.transfers).size === 0
  );
}

/** What posted transfers left in the run's reserve, by asset; only what is not zero. Minor units. */
export function leftInReserve(
  run: ReceiptBodies['run'],
  transfers: readonly ReceiptTransfer[],
): Map<string, bigint> {
  const left = new Map<string, bigint>();
  for (const { state, entries } of transfers)
    for (const entry of entries)
      if (state === 'posted' && isReserve(run, entry))
        left.set(entry.asset, (left.get(entry.asset) ?? 0n) + BigInt(entry.amount));
  return new Map([...left].filter(([, amount]) => amount !== 0n));
}

/** When the run or the last of its money was done. The time is the same whenever the receipt is asked for. */
export function issuedAt({ run, ledger }: Money): string {
  const times = ledger.transfers.map(({ created_at, closed_at }) => closed_at ?? created_at);
  return times.reduce((latest, time) => (time > latest ? time : latest), run.finished_at);
}
