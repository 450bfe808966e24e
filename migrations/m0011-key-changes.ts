import { Migration } from '@mikro-orm/migrations';

const RULES = {
  api_key_is_not_bootstrap: `prefix <> 'bootstrap'`,
  api_key_ends_at_a_time: `isfinite(expires_at) and isfinite(revoked_at)`,
  api_key_scopes_are_a_list: `jsonb_typeof(scopes) = 'array'`,
};

/**
 * Each change of a key, an operator's own SQL included, notifies the API processes, so that they end its streams. Tickets
 * name their key from here on; older ones are deleted. Constraints hold for keys that are written by hand.
 */
export class M0011KeyChanges extends Migration {
  override up(): void {
    this.addSql(`
      create function api_key_changed() returns trigger language plpgsql as $$
      begin
        perform pg_notify('steward_keys', left(old.prefix, 200));
        return null;
      end $$`);
    this.addSql(`
      create trigger api_key_changed after update or delete on api_key
      for each row execute function api_key_changed()`);
    this.addSql(`delete from stream_ticket`);
    this.addSql(`alter table stream_ticket rename column principal to holder`);
    for (const [name, rule] of Object.entries(RULES))
      this.addSql(`alter table api_key add constraint ${name} check (${rule}) not valid`);
  }
}
