import { Migration } from '@mikro-orm/migrations';

/**
 * Questions that runs ask: each is a row of `approval` whose data says `"kind": "input"`, so that one list has everything
 * that waits for a person. Answers are sealed beside the run; a question is answered once, whatever was kept for it.
 */
export class M0018Questions extends Migration {
  override up(): void {
    this.addSql(
      `alter table approval add column kind text not null generated always as (coalesce(data ->> 'kind', 'approval')) stored`,
    );
    this.addSql(`
      create table answer (
        run_id text not null references run (id) on delete cascade,
        question text not null,
        hash text not null,
        sealed bytea not null,
        given_at timestamptz(3) not null default clock_timestamp(),
        primary key (run_id, question, hash)
      )`);
  }
}
