import { applyTransfer } from '../../../db/ledger.ts';
import { lastReport } from '../../../db/repositories/reconciliation.ts';
import { createReconciliationActivities } from '../../../activities/reconciliation/activities.ts';
import { examineCustody } from '../../../activities/reconciliation/custody.ts';
import { withBookDefaults, type BookDeps } from '../../../activities/reconciliation/tools.ts';
import { floatAccount, worldAccount } from '../../../domain/accounts.ts';
import { move } from '../../../domain/ledger.ts';
import type { Finding } from '../../../domain/reconciliation.ts';
import { TENANT, type MoneyStack } from './money-stack.ts';

export type Told = Finding & { repaired: boolean };

export interface Books {
  /** Runs the check and answers what it found. */
  check(over?: Partial<BookDeps>): Promise<Told[]>;
  /**
   * Books the present difference of chains and ledger as the operator's own, so that only later differences are found.
   */
  level(): Promise<void>;
}

export function createBooks(stack: MoneyStack): Books {
  const deps = (over: Partial<BookDeps> = {}): BookDeps => ({
    ...stack.deps(),
    workflowState: () => Promise.resolve('open'),
    operatorTenant: TENANT,
    graceMs: 0,
    lookAgainMs: 50,
    ...over,
  });
  return {
    async check(over) {
      await createReconciliationActivities(deps(over)).checkBooks();
      return (await lastReport(stack.db.pool))!.findings as unknown as Told[];
    },
    async level() {
      const { positions } = await examineCustody(withBookDefaults(deps()));
      for (const { asset: id, drift, ledger } of positions) {
        const asset = stack.book.assets.find((one) => one.id === id)!;
        const [from, to] =
          drift > 0n
            ? [worldAccount(asset), floatAccount(asset)]
            : [floatAccount(asset), worldAccount(asset)];
        if (drift === 0n) continue;
        await applyTransfer(stack.db.pool, {
          id: `funding:${id}:${ledger}:${drift}`,
          kind: 'funding',
          state: 'posted',
          tenant: 'system',
          entries: move(from, to, drift > 0n ? drift : -drift),
        });
      }
    },
  };
}
