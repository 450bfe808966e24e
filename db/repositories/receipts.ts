import type { JsonObject } from '../../schemas/core/json.ts';
import type { NewTransfer, Queryable } from '../ledger.ts';
import type { StepPayment } from './payments-write.ts';

/** A payment as a receipt shows it, without anything that is sealed. */
export type PaidRow = Omit<
  StepPayment,
  'tenant' | 'kind' | 'run_id' | 'quote_sealed' | 'signed_sealed' | 'service' | 'updated_at'
> & { created_at: Date };

/** In the order in which they were quoted. */
export async function paidByRun(db: Queryable, runId: string): Promise<PaidRow[]> {
  const { rows } = await db.query<PaidRow>(
    `select id, step_id, generation, rail, network, asset, amount, pay_to, status, fingerprint, proof - 'output' as proof,
       tx_hash, finalized, reason, created_at
     from payment where run_id = $1 order by created_at, id`,
    [runId],
  );
  return rows;
}

/** A transfer with its entries; amounts are signed minor units as text. */
export interface BookedRow {
  id: string;
  kind: NewTransfer['kind'];
  state: 'pending' | 'posted' | 'voided';
  step_id: string | null;
  data: JsonObject;
  created_at: Date;
  closed_at: Date | null;
  entries: { account: string; asset: string; amount: string }[];
}

/** Every transfer of the run, in the order of the books. */
export async function bookedForRun(db: Queryable, runId: string): Promise<BookedRow[]> {
  const { rows } = await db.query<BookedRow>(
    `select t.id, t.kind, t.state, t.step_id, t.data, t.created_at, t.closed_at,
       (select jsonb_agg(jsonb_build_object('account', e.account_id, 'asset', a.asset, 'amount', e.amount::text) order by e.ord)
        from entry e join account a on a.id = e.account_id where e.transfer_id = t.id) as entries
     from transfer t where t.run_id = $1 order by t.created_at, t.id`,
    [runId],
  );
  return rows;
}
