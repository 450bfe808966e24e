import type { Migration } from '@mikro-orm/migrations';
import { M0001Runs } from './m0001-runs.ts';
import { M0002Ledger } from './m0002-ledger.ts';
import { M0003Payments } from './m0003-payments.ts';
import { M0004Api } from './m0004-api.ts';
import { M0005Values } from './m0005-values.ts';
import { M0006Reconciliation } from './m0006-reconciliation.ts';
import { M0007LedgerRecord } from './m0007-ledger-record.ts';
import { M0008Signers } from './m0008-signers.ts';
import { M0011KeyChanges } from './m0011-key-changes.ts';
import { M0012Fences } from './m0012-fences.ts';
import { M0013Audit } from './m0013-audit.ts';
import { M0015PurseAndBudgets } from './m0015-purse-and-budgets.ts';
import { M0017PaymentKinds } from './m0017-payment-kinds.ts';
import { M0018Questions } from './m0018-questions.ts';
import { M0019OperatorCosts } from './m0019-operator-costs.ts';
import { M0020JournalOrder } from './m0020-journal-order.ts';
import { M0021LostRuns } from './m0021-lost-runs.ts';
import { M0023Arrivals } from './m0023-arrivals.ts';
import { M0026PaymentsHalt } from './m0026-payments-halt.ts';
import { M0027Usage } from './m0027-usage.ts';
import { M0029Notices } from './m0029-notices.ts';

/** A migration is known by its class's name, which also says its place: `M0042What`. */
export type MigrationClass = (new (...args: ConstructorParameters<typeof Migration>) => Migration) & {
  name: string;
};

/** The engine's own tables; forward only. Families bring theirs. */
export const migrations: readonly MigrationClass[] = [
  M0001Runs,
  M0002Ledger,
  M0003Payments,
  M0004Api,
  M0005Values,
  M0006Reconciliation,
  M0007LedgerRecord,
  M0008Signers,
  M0011KeyChanges,
  M0012Fences,
  M0013Audit,
  M0015PurseAndBudgets,
  M0017PaymentKinds,
  M0018Questions,
  M0019OperatorCosts,
  M0020JournalOrder,
  M0021LostRuns,
  M0023Arrivals,
  M0026PaymentsHalt,
  M0027Usage,
  M0029Notices,
];
