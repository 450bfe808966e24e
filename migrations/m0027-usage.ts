import { Migration } from '@mikro-orm/migrations';

/**
 * What models were asked for runs. A call holds the most that it may use in the budgets of tokens, and is then `asked`; an
 * answer settles it. One that was asked and never answered counts as its maximum: the model may have worked.
 */
export class M0027Usage extends Migration {
  override up(): void {
    this.addSql(`
      create table model_use (
        id text primary key,
        tenant text not null,
        run_id text not null,
        key text not null,
        try integer not null,
        provider text not null,
        model text not null,
        state text not null default 'held' check (state in ('held', 'asked', 'settled', 'released')),
        most bigint not null check (most >= 0),
        input_tokens bigint check (input_tokens >= 0),
        output_tokens bigint check (output_tokens >= 0),
        told boolean not null default false,
        cost_micro_usd numeric(40, 0) check (cost_micro_usd >= 0),
        at timestamptz(3) not null default clock_timestamp(),
        closed_at timestamptz(3),
        unique (run_id, key, try)
      )`);
    this.addSql(`create index model_use_open on model_use (at) where state in ('held', 'asked')`);
    this.addSql(`alter table budget_entry add column model_use text`);
    this.addSql(
      `create unique index budget_entry_model_use on budget_entry (model_use, budget_id, kind) where model_use is not null`,
    );
    this.addSql(modelUseClose);
  }
}

/**
 * Ends a call, once: what was used is spent in the windows in which the most was held, and the rest is given back. False when
 * it had ended. Windows are taken in the order of their budgets, as whoever holds takes them.
 */
const modelUseClose = `
create function model_use_close(
  p_id text, p_state text, p_input bigint, p_output bigint, p_told boolean, p_cost numeric
) returns boolean
language plpgsql as $$
declare
  v record;
  v_used numeric := coalesce(p_input, 0) + coalesce(p_output, 0);
begin
  update model_use set state = p_state, input_tokens = p_input, output_tokens = p_output, told = p_told,
    cost_micro_usd = p_cost, closed_at = clock_timestamp()
  where id = p_id and state in ('held', 'asked');
  if not found then
    return false;
  end if;
  for v in select * from budget_entry where model_use = p_id and kind = 'hold' order by budget_id loop
    update budget_window set held = held - v.amount, spent = spent + v_used
    where budget_id = v.budget_id and key = v.window_key;
    insert into budget_entry (budget_id, window_key, model_use, run_id, kind, amount)
    select v.budget_id, v.window_key, p_id, v.run_id, b.kind, b.amount
    from (values ('spend', v_used), ('release', v.amount - v_used)) b (kind, amount)
    where b.amount > 0;
  end loop;
  return true;
end $$`;
