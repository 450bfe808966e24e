import { expect, test } from 'vitest';
import { freshDatabase } from '../support/database.ts';
import { withClient } from '../support/database-admin.ts';

test('two fresh databases have the schema and do not see each other', async () => {
  const [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
  const tables = `select count(*)::int as n from information_schema.tables where table_schema = 'public'`;
  await withClient(first.url, async (client) => {
    await client.query('create table only_here (id int)');
    const { rows } = await client.query<{ n: number }>(tables);
    expect(rows[0]?.n).toBeGreaterThan(3);
  });
  await withClient(second.url, async (client) => {
    await expect(client.query('select * from only_here')).rejects.toThrow(/does not exist/);
  });
  await Promise.all([first.drop(), second.drop()]);
  await expect(withClient(first.url, () => Promise.resolve())).rejects.toThrow(/does not exist/);
});
