import type { MasumiApp } from './app.ts';

/** All that Temporal keeps of a run, as text. */
export async function historyOf({ deps }: Pick<MasumiApp, 'deps'>, runId: string): Promise<string> {
  const history = await deps.temporal.workflow.getHandle(runId).fetchHistory();
  return textOf(history).join('\n');
}

/** The tables that contain this text. */
export async function tablesWith({ db }: Pick<MasumiApp, 'db'>, secret: string): Promise<string[]> {
  const { rows: tables } = await db.pool.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
     where table_schema = current_schema() and table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rowCount } = await db.pool.query(
      `select from ${name} t where t::text like '%' || $1 || '%' or t::text like '%' || $2 || '%' limit 1`,
      [secret, Buffer.from(secret).toString('hex')],
    );
    if (rowCount) found.push(name);
  }
  return found;
}

function textOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textOf);
}
