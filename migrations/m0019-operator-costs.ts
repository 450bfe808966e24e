import { Migration } from '@mikro-orm/migrations';

/**
 * Who bears what transactions of ours cost. A withdrawal says what it charges (`fee` and `rent` in `charge_asset`, minor
 * units) and how many of the chain's coins its transaction may take beside the amount (`coins`). What the operator bears is
 * held in the float of the coin, which is guarded from now on, and counted by the day in `operator_cost`.
 */
export class M0019OperatorCosts extends Migration {
  override up(): void {
    this.addSql(`
      alter table withdrawal
        add column fee numeric(78, 0) not null default 0 check (fee >= 0),
        add column rent numeric(78, 0) not null default 0 check (rent >= 0),
        add column charge_asset text,
        add column coins numeric(78, 0) not null default 0 check (coins >= 0)`);
    this.addSql(`
      create table operator_cost (
        id text primary key,
        network text not null,
        most numeric(78, 0) not null check (most > 0),
        spent numeric(78, 0),
        at timestamptz(3) not null default clock_timestamp()
      )`);
    this.addSql(`create index operator_cost_recent on operator_cost (network, at desc)`);
    this.addSql(`create index account_asset on account (asset, kind)`);
    this.addSql(levelFloats);
    this.addSql(guardFloats);
  }
}

/** A sum of entries of each float of a coin. */
const FLOATS = `select a.id, a.asset, coalesce(sum(e.amount) filter (where t.state = 'posted'), 0) as posted
  from account a left join entry e on e.account_id = a.id left join transfer t on t.id = e.transfer_id
  where a.kind = 'float' and a.asset like '%/slip44:%' group by a.id, a.asset`;

/** A guarded account begins at zero or above: coins that were spent and never booked as put in are booked so now. */
const levelFloats = `
do $$
declare v record;
begin
  for v in select * from (${FLOATS}) f where posted < 0 loop
    insert into account (id, tenant, kind, owner, asset, capped)
    values ('world:system:world:' || v.asset, 'system', 'world', 'world', v.asset, false) on conflict (id) do nothing;
    insert into transfer (id, kind, state, tenant, data, closed_at)
    values ('funding:' || v.asset || ':unbooked', 'funding', 'posted', 'system',
      '{"note":"Coins for fees that were spent before the account was guarded."}', clock_timestamp());
    insert into entry (transfer_id, ord, account_id, amount) values
      ('funding:' || v.asset || ':unbooked', 0, 'world:system:world:' || v.asset, v.posted),
      ('funding:' || v.asset || ':unbooked', 1, v.id, -v.posted);
  end loop;
end $$`;

const guardFloats = `
do $$
begin
  insert into account_balance (account_id, posted) select id, posted from (${FLOATS}) f on conflict (account_id) do nothing;
  update account set capped = true where kind = 'float' and asset like '%/slip44:%';
end $$`;
