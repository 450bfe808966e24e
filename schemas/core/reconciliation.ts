import { z } from 'zod';
import { MinorUnits, SignedMinorUnits } from './money.ts';

/**
 * One chain account of the installation (common.md, `GET /ledger/reconciliation`). Amounts are minor units; `chain` is
 * what it held at finality, null when the chain did not answer; `drift` is chain - ledger. `explained` is true where what
 * is under way accounts for the drift. `surplus` is the part of `ledger` that came in and nobody has claimed.
 */
export const AccountDrift = z.object({
  account_id: z.string(),
  asset: z.string(),
  ledger: SignedMinorUnits,
  chain: SignedMinorUnits.nullable(),
  drift: SignedMinorUnits,
  explained: z.boolean(),
  surplus: MinorUnits,
});
export type AccountDrift = z.infer<typeof AccountDrift>;

/** One difference between chains, ledger and runs; `object` names the transfer, payment, account or run. */
export const ReconciliationFinding = z.object({
  kind: z.string(),
  run_id: z.string().optional(),
  object: z.string(),
  detail: z.string(),
  repaired: z.boolean(),
});
export type ReconciliationFinding = z.infer<typeof ReconciliationFinding>;

/** The last three-way check, as far as the caller may see it; `id` and `checked_at` are null before the first. */
export const Reconciliation = z.object({
  id: z.string().nullable(),
  checked_at: z.string().nullable(),
  took_ms: z.int(),
  accounts: z.array(AccountDrift),
  findings: z.array(ReconciliationFinding),
});
export type Reconciliation = z.infer<typeof Reconciliation>;
