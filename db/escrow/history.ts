import type { Asset } from '../../schemas/core/money.ts';
import type { Queryable } from '../ledger.ts';
import { SIGNATURE, WITHDRAWALS } from './withdrawals.ts';

/** One movement of a user's escrow, newest first. `amountMinor` is minor units of `asset`. */
export interface EscrowMovement {
  id: string;
  type: 'deposit' | 'payment' | 'withdrawal' | 'refund' | 'reserve' | 'release';
  signature: string | null;
  amountMinor: string;
  asset: Asset;
  /** What a withdrawal cost beside its amount. */
  charge: { fee: string; rent: string; asset: Asset } | null;
  recipient: string | null;
  from: string | null;
  /** `pending` until it is final, then `completed`; `cancelled` when its hold was taken back. */
  status: 'pending' | 'completed' | 'cancelled';
  workflowId: string | null;
  stepId: string | null;
  at: Date;
}

/** The time and id of a movement. */
export interface HistoryPosition {
  at: Date;
  id: string;
}

export interface EscrowHistory {
  history: EscrowMovement[];
  total: number;
  /** The last row shown, where the next page goes on; null on the last page. */
  next: HistoryPosition | null;
}

interface MovementRow {
  id: string;
  kind: EscrowMovement['type'];
  state: 'pending' | 'posted' | 'voided';
  amount: string;
  asset: string;
  run_id: string | null;
  step_id: string | null;
  signature: string | null;
  recipient: string | null;
  sender: string | null;
  withdrawn: string | null;
  fee: string | null;
  rent: string | null;
  charge_asset: string | null;
  created_at: Date;
}

const STATUS = { pending: 'pending', posted: 'completed', voided: 'cancelled' } as const;

/** Everything that moved in the user's escrow accounts (a withdrawal with what it cost is one line), and the payments from the reserves of the user's runs. */
const MOVEMENTS = `
  select t.id, case t.kind when 'surplus' then 'deposit' else t.kind end as kind, t.state, t.run_id, t.step_id, t.created_at, a.asset, abs(sum(e.amount))::text as amount,
    coalesce(p.tx_hash, ${SIGNATURE}, t.data ->> 'signature', t.data ->> 'txHash') as signature,
    t.data ->> 'recipient' as recipient, t.data ->> 'from' as sender,
    w.amount::text as withdrawn, w.fee::text as fee, w.rent::text as rent, w.charge_asset
  from account a
    join entry e on e.account_id = a.id
    join transfer t on t.id = e.transfer_id
    left join payment p on t.kind = 'payment' and p.id = t.data ->> 'intentId'
    left join (${WITHDRAWALS}) on t.kind = 'withdrawal' and w.id = substring(t.id from 12)
  where a.tenant = $1 and (w.id is null or a.asset = w.asset) and (
    (a.kind = 'escrow' and a.owner = $2)
    or (a.kind = 'reserve' and t.kind = 'payment' and a.owner in (select id from run where tenant = $1 and payer = $2)))
  group by t.id, a.asset, p.tx_hash, w.id, wp.id`;

export async function escrowHistory(
  db: Queryable,
  tenant: string,
  userId: string,
  assets: readonly Asset[],
  { limit, after }: { limit: number; after?: HistoryPosition | undefined },
): Promise<EscrowHistory> {
  const [{ rows }, { rows: counted }] = await Promise.all([
    db.query<MovementRow>({
      name: 'escrow_history',
      text: `select * from (${MOVEMENTS}) m where $3::timestamptz is null or (m.created_at, m.id) < ($3, $4)
             order by m.created_at desc, m.id desc limit $5`,
      values: [tenant, userId, after?.at ?? null, after?.id ?? null, limit + 1],
    }),
    db.query<{ n: number }>({
      name: 'escrow_history_count',
      text: `select count(*) as n from (${MOVEMENTS}) m`,
      values: [tenant, userId],
    }),
  ]);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    history: shown.flatMap((row) => toMovement(row, assets)),
    total: counted[0]!.n,
    next: last === undefined ? null : { at: last.created_at, id: last.id },
  };
}

function toMovement(row: MovementRow, assets: readonly Asset[]): EscrowMovement[] {
  const asset = assets.find(({ id }) => id === row.asset);
  if (asset === undefined) return [];
  return [
    {
      id: row.id,
      type: row.kind,
      signature: row.signature,
      amountMinor: row.withdrawn ?? row.amount,
      asset,
      charge: chargeOf(row, assets),
      recipient: row.recipient,
      from: row.sender,
      status: STATUS[row.state],
      workflowId: row.run_id,
      stepId: row.step_id,
      at: row.created_at,
    },
  ];
}

function chargeOf(
  { fee, rent, charge_asset }: MovementRow,
  assets: readonly Asset[],
): EscrowMovement['charge'] {
  const asset = assets.find(({ id }) => id === charge_asset);
  return asset === undefined || fee === null || rent === null ? null : { fee, rent, asset };
}
