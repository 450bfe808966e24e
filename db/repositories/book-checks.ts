import { refundedTo } from './run-money.ts';
import type { FindingKind } from '../../domain/reconciliation.ts';
import { REACHABLE, TOLD_MOVES } from '../../domain/payments/states.ts';

/** One comparison inside the database; its statement answers (tenant, run_id, object, detail) of each difference. */
export interface BookCheck {
  kind: FindingKind;
  sql: string;
}

/** Minor units of an asset in a detail (both are SQL); `withAmounts` writes them for people, which takes the asset's decimals. */
const shown = (minor: string, asset: string): string => `'{{' || (${minor})::text || '|' || ${asset} || '}}'`;

/** Writes the amounts in a detail as people read them. */
export const withAmounts = (detail: string, show: (asset: string, minor: string) => string): string =>
  detail.replaceAll(/\{\{(-?\d+)\|([^{}|]+)\}\}/g, (_, minor: string, asset: string) => show(asset, minor));

/** Live and settled payments: money that left or may still leave. */
const PAYING = `('signed', 'submitted', 'unknown', 'settled')`;

/** The transfer that holds a payment's money now (see `transferOf`). */
export const TRANSFER_OF = `'payment:' || p.id ||
  case when coalesce((p.proof ->> 'holds')::integer, 0) > 0 then ':' || ((p.proof ->> 'holds')::integer + 1) else '' end`;

/** Things that ended this long ago must be at rest; $1 is the grace in milliseconds. */
const AT_REST = `r.finished_at < now() - $1 * interval '1 millisecond'`;

/**
 * The last state of a payment in the run's own events. A payment that was unknown at the run's end is not part of the
 * cost.
 */
const TOLD = `(select e.type from event e where e.run_id = p.run_id and e.type like 'payment.%'
  and e.data #>> '{payment,intentId}' = p.id order by e.seq desc limit 1)`;

/** All states of a payment in the run's own events, in order, each with the one before it. */
const TOLD_STATES = `select split_part(e.type, '.', 2) as state, lag(split_part(e.type, '.', 2)) over (order by e.seq) as before, e.seq
  from event e where e.run_id = p.run_id and e.type like 'payment.%' and e.data #>> '{payment,intentId}' = p.id`;

const pairs = (moves: readonly (readonly [string, string])[]): string =>
  `(values ${moves.map(([from, to]) => `('${from}', '${to}')`).join(', ')})`;

/** An account's guarded balance computed from its entries. The check and its repair both use it. */
export const entrySums = (account: string): string =>
  `select coalesce(sum(e.amount) filter (where t.state = 'posted'), 0) as posted,
     coalesce(sum(greatest(-e.amount, 0)) filter (where t.state = 'pending'), 0) as held
   from entry e join transfer t on t.id = e.transfer_id where e.account_id = ${account}`;

export const BOOK_CHECKS: readonly BookCheck[] = [
  {
    kind: 'unbalanced_transfer',
    sql: `select min(t.tenant) as tenant, min(t.run_id) as run_id, t.id as object,
            format('The entries of transfer %s sum to %s.', t.id, ${shown('sum(e.amount)', 'a.asset')}) as detail
          from transfer t join entry e on e.transfer_id = t.id join account a on a.id = e.account_id
          group by t.id, a.asset having sum(e.amount) <> 0`,
  },
  {
    kind: 'balance_mismatch',
    sql: `select a.tenant, null as run_id, a.id as object,
            format('%s has posted %s and held %s; its entries say %s and %s.', a.id, ${shown('b.posted', 'a.asset')},
              ${shown('b.pending_out', 'a.asset')}, ${shown('s.posted', 'a.asset')}, ${shown('s.held', 'a.asset')}) as detail
          from account_balance b join account a on a.id = b.account_id
          join lateral (${entrySums('b.account_id')}) s on true
          where b.posted <> s.posted or b.pending_out <> s.held`,
  },
  {
    kind: 'payment_transfer',
    sql: `select p.tenant, p.run_id, p.id as object,
            format('Payment %s of %s is %s%s; its transfer holds %s and is %s.', p.id, ${shown('p.amount', 'p.asset')}, p.status,
              case when p.finalized then ' and final' else '' end, coalesce(${shown('s.amount', 'p.asset')}, 'nothing'), coalesce(t.state, 'missing')) as detail
          from payment p left join transfer t on t.id = ${TRANSFER_OF}
          left join lateral (select -sum(e.amount) as amount from entry e join account a on a.id = e.account_id
                             where e.transfer_id = t.id and a.kind = 'reserve') s on true
          where p.kind = 'step' and (coalesce(t.state, 'none') <> all (case
              when p.status = 'settled' and p.finalized then array['posted']
              when p.status = 'void' then array['voided']
              when p.status in ('quoted', 'rejected') then array['none', 'voided']
              else array['pending'] end)
            or (p.status not in ('quoted', 'rejected') and s.amount is distinct from p.amount))`,
  },
  {
    kind: 'withdrawal_transfer',
    sql: `select w.tenant, null as run_id, w.id as object,
            format('Withdrawal %s is %s; its transfer is %s%s.', w.id, w.status, coalesce(t.state, 'missing'),
              case when p.id is null then '' else ', its payment ' || p.status || case when p.finalized then ' and final' else '' end end) as detail
          from withdrawal w left join transfer t on t.id = 'withdrawal:' || w.id
          left join payment p on p.id = w.id and p.kind = 'withdrawal'
          where coalesce(t.state, 'none') <> case w.status
              when 'finalized' then 'posted' when 'released' then 'voided' else 'pending' end
            or (p.id is not null and coalesce(t.state, 'none') <> case
              when p.status = 'settled' and p.finalized then 'posted' when p.status = 'void' then 'voided' else 'pending' end)`,
  },
  {
    kind: 'deposit_transfer',
    sql: `select d.tenant, null as run_id, d.signature as object,
            format('Deposit %s of %s is credited; the ledger has %s.', d.signature, ${shown('d.amount', 'd.asset')},
              coalesce(${shown('s.amount', 'd.asset')}, 'nothing')) as detail
          from deposit d left join lateral (
            select sum(e.amount) as amount from transfer t join entry e on e.transfer_id = t.id join account a on a.id = e.account_id
            where t.id = 'deposit:' || d.id and t.state = 'posted' and a.kind = 'escrow' and a.tenant = d.tenant
              and a.owner = d.user_id and a.asset = d.asset) s on true
          where d.status = 'credited' and s.amount is distinct from d.amount`,
  },
  {
    kind: 'surplus_account',
    sql: `select 'system' as tenant, null as run_id, a.id as object,
            format('Of %s that came in with %s, %s was credited and %s is booked as surplus (%s); uses say %s, the ledger has %s.',
              ${shown('a.amount', 'a.asset')}, a.tx_hash, ${shown('a.taken', 'a.asset')}, ${shown('a.booked', 'a.asset')}, a.state,
              ${shown('u.taken', 'a.asset')}, ${shown('l.posted', 'a.asset')}) as detail
          from arrival a
          join lateral (select coalesce(sum(amount), 0) as taken from arrival_use where arrival_id = a.id) u on true
          join lateral (select coalesce((select posted from account_balance where account_id = 'surplus:system:' || a.id || ':' || a.asset), 0) as posted) l on true
          where u.taken <> a.taken or l.posted <> case when a.state = 'waiting' then a.booked else 0 end`,
  },
  {
    kind: 'orphan_hold',
    sql: `select t.tenant, t.run_id, t.id as object,
            format('Transfer %s holds money for a %s that does not hold it.', t.id, t.kind) as detail
          from transfer t where t.state = 'pending' and t.kind in ('payment', 'withdrawal')
            and not exists (select from payment p where t.kind = 'payment' and p.id = t.data ->> 'intentId' and t.id = ${TRANSFER_OF})
            and not exists (select from withdrawal w where t.kind = 'withdrawal' and t.id = 'withdrawal:' || w.id)`,
  },
  {
    kind: 'stale_hold',
    sql: `select p.tenant, p.run_id, p.id as object,
            format('Run %s is %s, and %s is still held for payment %s, which was never signed.', r.id, r.status, ${shown('p.amount', 'p.asset')}, p.id) as detail
          from payment p join run r on r.id = p.run_id where p.status = 'prepared' and ${AT_REST}`,
  },
  {
    kind: 'reserve_left',
    sql: `select a.tenant, r.id as run_id, a.id as object,
            format('Run %s is %s, and its reserve still has %s.', r.id, r.status, ${shown('b.posted - b.pending_out', 'a.asset')}) as detail
          from account_balance b join account a on a.id = b.account_id join run r on r.id = a.owner and r.tenant = a.tenant
          where a.kind = 'reserve' and b.posted > b.pending_out and ${AT_REST}`,
  },
  {
    kind: 'paid_twice',
    sql: `select min(tenant) as tenant, run_id, run_id || ':' || step_id as object,
            format('Step %s of run %s has %s payments that settled or may settle.', step_id, run_id, count(*)) as detail
          from payment where kind = 'step' and status in ${PAYING} group by run_id, step_id having count(*) > 1`,
  },
  {
    kind: 'over_approval',
    sql: `select r.tenant, r.id as run_id, r.id as object,
            format('Run %s has paid %s; %s was approved.', r.id, ${shown('p.paid', 'p.asset')},
              coalesce(${shown("r.view #>> '{approval,limits,maxTotalAmount}'", 'p.asset')}, 'nothing')) as detail
          from run r join (select run_id, sum(amount) as paid, min(asset) as asset from payment where status in ${PAYING} group by run_id) p on p.run_id = r.id
          where p.paid > coalesce((r.view #>> '{approval,limits,maxTotalAmount}')::numeric, 0)
            and r.purse ->> 'kind' <> 'budget'`, // its budget is what was consented to, and every hold kept to it
  },
  {
    kind: 'cost_differs',
    sql: `select r.tenant, r.id as run_id, r.id as object,
            format('Run %s says it cost %s; the ledger says %s was paid and %s refunded.', r.id,
              coalesce(${shown("r.view ->> 'totalCost'", 'p.asset')}, r.view ->> 'totalCost', 'nothing'),
              coalesce(${shown('p.paid', 'p.asset')}, 'nothing'), coalesce(${shown('f.refunded', 'p.asset')}, 'nothing')) as detail
          from run r
          join lateral (select coalesce(sum(amount) filter (where status = 'settled' and ${TOLD} is distinct from 'payment.unknown'), 0) as paid,
                          min(asset) as asset, coalesce(bool_or(status in ('signed', 'submitted', 'unknown')), false) as open
                        from payment p where p.run_id = r.id) p on true
          join lateral (${refundedTo('r.id')}) f on true
          where ${AT_REST} and r.finished_at > now() - interval '7 days' and not p.open
            and coalesce((r.view ->> 'totalCost')::numeric, 0) <> p.paid - f.refunded`,
  },
  {
    // What becomes of a payment after its run's end has no stream to go to; it must only follow from what was told.
    kind: 'journal_differs',
    sql: `select p.tenant, p.run_id, p.id as object,
            format('Payment %s is %s; the events of run %s tell %s.', p.id, p.status, r.id, coalesce(t.told, 'nothing of it')) as detail
          from payment p join run r on r.id = p.run_id
          left join lateral (
            select string_agg(s.state, ', ' order by s.seq) as told, (array_agg(s.state order by s.seq desc))[1] as last,
              bool_or(s.before is not null and (s.before, s.state) not in ${pairs(TOLD_MOVES)}) as backwards
            from (${TOLD_STATES}) s) t on true
          where p.kind = 'step' and (r.finished_at is null or r.finished_at > now() - interval '7 days')
            and (t.last is null or t.backwards or case when r.finished_at is null or p.status_at < r.finished_at
              then t.last <> case p.status when 'prepared' then 'quoted' else p.status end
              else (t.last, p.status) not in ${pairs(REACHABLE)} end)`,
  },
];
