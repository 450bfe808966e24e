import type { AccountRef } from './accounts.ts';
import { EngineError } from './errors.ts';

/** One line of a transfer: signed minor units; negative takes from the account. */
export interface Entry extends AccountRef {
  amount: bigint;
}

/** Checks what every transfer must be: at least two entries, none zero, zero in each asset. */
export function checkEntries(entries: readonly Entry[]): void {
  if (entries.length < 2) throw new EngineError('ledger_invalid', 'A transfer needs at least two entries.');
  const sums = new Map<string, bigint>();
  for (const { asset, amount, account } of entries) {
    if (amount === 0n) throw new EngineError('ledger_invalid', `The entry of ${account} is zero.`);
    sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  }
  for (const [asset, sum] of sums)
    if (sum !== 0n)
      throw new EngineError('ledger_invalid', `The transfer does not sum to zero in ${asset} (${sum}).`);
}

/** The usual transfer: `amount` from one account to another in one asset. */
export function move(from: AccountRef, to: AccountRef, amount: bigint): Entry[] {
  return [
    { ...from, amount: -amount },
    { ...to, amount },
  ];
}
