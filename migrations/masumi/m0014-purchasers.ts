import { Migration } from '@mikro-orm/migrations';

/** Each purchaser may have one living job with an identifier. Another purchaser's job with the same one is not in the way. */
export class M0014Purchasers extends Migration {
  override up(): void {
    this.addSql(`alter table job add column subject text not null default ''`);
    this.addSql(`update job j set subject = r.subject from run r where r.id = j.run_id`);
    this.addSql(`drop index job_alive`);
    this.addSql(`create unique index job_alive on job (tenant, subject, flow_key, identifier) where alive`);
  }
}
