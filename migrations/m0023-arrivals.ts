import { Migration } from '@mikro-orm/migrations';

/**
 * What came in on the chains, and who has it. One row for each transaction, asset and sender; deposits and refunds take
 * parts of it (`arrival_use`), and what nobody takes waits in a surplus account (`booked`). The row is locked by whoever
 * takes, books or assigns, so that no part is credited twice.
 */
export class M0023Arrivals extends Migration {
  override up(): void {
    this.addSql(`
      create table arrival (
        id text primary key,
        asset text not null,
        network text not null,
        tx_hash text not null,
        sender text not null,
        amount numeric(78, 0) not null check (amount > 0),
        taken numeric(78, 0) not null default 0 check (taken >= 0),
        booked numeric(78, 0) not null default 0 check (booked >= 0),
        state text not null default 'open' check (state in ('open', 'waiting', 'claimed', 'assigned')),
        final boolean not null,
        position bigint not null,
        assigned jsonb,
        seen_at timestamptz(3) not null default clock_timestamp(),
        booked_at timestamptz(3),
        constraint arrival_covered check (taken + booked <= amount)
      )`);
    this.addSql(
      `create index arrival_booked on arrival (booked_at desc, id desc) where booked_at is not null`,
    );
    this.addSql(`create index arrival_open on arrival (seen_at) where state = 'open'`);
    this.addSql(`create index arrival_transaction on arrival (tx_hash)`);
    this.addSql(`
      create table arrival_use (
        arrival_id text not null references arrival (id),
        used_by text not null,
        kind text not null check (kind in ('deposit', 'refund')),
        amount numeric(78, 0) not null check (amount > 0),
        at timestamptz(3) not null default clock_timestamp(),
        primary key (arrival_id, used_by)
      )`);
    this.addSql(`
      create table chain_watch (
        account text primary key,
        since bigint not null,
        position bigint not null,
        looked_at timestamptz(3) not null default clock_timestamp()
      )`);
    this.manyDeposits();
    this.creditedBefore();
  }

  /** A transaction may have deposits of several users and assets. Old rows keep the names that their transfers have. */
  private manyDeposits(): void {
    this.addSql(`alter table deposit add column id text`);
    this.addSql(`update deposit set id = signature`);
    this.addSql(`alter table deposit alter column id set not null`);
    this.addSql(`alter table deposit drop constraint deposit_pkey`);
    this.addSql(`alter table deposit add primary key (id)`);
    this.addSql(`create unique index deposit_claim on deposit (signature, tenant, user_id, asset, amount)`);
  }

  /** What was credited before this is taken: the whole of it is known from the books. */
  private creditedBefore(): void {
    this.addSql(`
      with credited as (
        select split_part(t.asset, '/', 1) as network, t.* from (
          select a.asset, t.data ->> 'signature' as tx_hash, t.data ->> 'from' as sender, e.amount, 'deposit' as kind,
            format('deposit:%s:%s:%s:%s', a.tenant, a.owner, a.asset, e.amount) as used_by
          from transfer t join entry e on e.transfer_id = t.id join account a on a.id = e.account_id
          where t.kind = 'deposit' and a.kind = 'escrow' and t.data ->> 'signature' is not null
          union all
          select p.asset, t.data ->> 'txHash', t.data ->> 'from', (t.data ->> 'amount')::numeric, 'refund',
            coalesce(c.used_by, t.id)
          from transfer t join payment p on p.id = t.data ->> 'intentId'
            left join chain_proof c on c.kind = 'refund' and c.id = 'tx:' || p.network || ':' || (t.data ->> 'txHash')
          where t.kind = 'refund' and t.state <> 'voided'
        ) t
      ), named as (
        select c.*, 'sur_' || left(encode(sha256(convert_to(concat_ws(' ', asset, tx_hash,
          case when network like 'eip155:%' then lower(coalesce(sender, '')) else coalesce(sender, '') end), 'UTF8')), 'hex'), 32) as id
        from credited c
      ), added as (
        insert into arrival (id, asset, network, tx_hash, sender, amount, taken, final, position)
        select id, min(asset), min(network), min(tx_hash), coalesce(min(sender), ''), sum(amount), sum(amount), true, 0
        from named group by id
      )
      insert into arrival_use (arrival_id, used_by, kind, amount) select id, used_by, kind, amount from named`);
    this.addSql(`delete from chain_proof where kind in ('deposit', 'refund')`);
  }
}
