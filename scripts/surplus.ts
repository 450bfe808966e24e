import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Database } from '../db/database.ts';
import { createAuditor } from '../db/repositories/audit.ts';
import { assignSurplus, listSurplus, nameOf, type Assigned } from '../db/repositories/surplus.ts';
import type { AssetBook } from '../domain/assets.ts';
import { bookOf as installed } from '../families/assets.ts';
import { DEFAULT_TENANT } from '../domain/tenants.ts';
import { loadConfig } from '../families/config.ts';
import { prepareSchema } from '../families/schema.ts';
import { runScript } from './command-line.ts';
import { installationOf, openInstallation } from './open-database.ts';
import { surplusLine, targetOf } from './surplus-lines.ts';

await runScript({
  name: 'surplus',
  about: `Shows money that came in and that nobody claimed, and says whose it is. It books, and moves nothing on a chain.
GET /ledger/surplus shows the same.`,
  arguments: {
    ACTION: 'list: what waits; assign: whose one of them is, which is said once',
    '[ID]': 'which, as list shows it',
  },
  options: {
    user: { value: 'ID', about: 'it is this user’s: it is in the escrow' },
    run: {
      value: 'ID',
      about: 'it is for this run: whoever paid for the run has it, and the receipt shows it',
    },
    operator: { about: 'it is the operator’s: it is the float, as for a wallet that was funded' },
    note: { value: 'TEXT', about: 'why; it is kept with the booking and in the audit trail' },
    tenant: { value: 'NAME', about: `the tenant of the user or the run (${DEFAULT_TENANT})` },
    data: {
      value: 'DIR',
      about: 'folder of the local stack, used when DATABASE_URL is not set (DATA_DIR, ./data)',
    },
  },
  examples: ['steward surplus list', 'steward surplus assign ID --operator --note "gas for the wallet"'],
  async run({ values, positionals: [action, id] }) {
    const book = bookOf(values.data);
    const db = await openInstallation(installationOf(values.data), prepareSchema);
    try {
      if (action === 'list') await list(db, book);
      else if (action === 'assign') await assign(db, book, id, values);
      else throw new Error('Say list or assign; --help shows how.');
    } finally {
      await db.close();
    }
  },
});

/** That of DATABASE_URL's installation, else of the local stack. */
function bookOf(data: string | undefined): AssetBook {
  const config = loadConfig();
  const file = join(data ?? config.DATA_DIR, 'stack.env');
  if (config.DATABASE_URL !== undefined || !existsSync(file)) return installed(config);
  return installed(loadConfig(parseEnv(readFileSync(file, 'utf8'))));
}

async function list(db: Database, book: AssetBook): Promise<void> {
  const rows = await listSurplus(db.pool, 'waiting', undefined, 1000);
  for (const row of rows) process.stdout.write(`${surplusLine(book, row)}\n`);
  if (rows.length === 0) process.stdout.write('Nothing waits.\n');
}

interface Values {
  user?: string | undefined;
  run?: string | undefined;
  operator: boolean;
  note?: string | undefined;
  tenant?: string | undefined;
}

async function assign(
  db: Database,
  book: AssetBook,
  id: string | undefined,
  { note, tenant = DEFAULT_TENANT, ...values }: Values,
): Promise<void> {
  if (id === undefined)
    throw new Error('Which? steward surplus assign ID, as steward surplus list shows it.');
  if (note === undefined) throw new Error('Why? Say it with --note; it is kept with the booking.');
  const to = targetOf(values);
  const by = 'command line';
  const outcome = await db.transaction((client) => assignSurplus(client, book, { id, to, tenant, note, by }));
  if (outcome.kind !== 'assigned') throw new Error(whyNot(outcome));
  const { asset, booked: amount } = outcome.row;
  const data = { to: nameOf(to), note, asset, amount };
  await createAuditor(db).append({ tenant, actor: by, action: 'surplus assign', object: id, data });
  process.stdout.write(`${surplusLine(book, outcome.row)} -> ${nameOf(to)}\n`);
}

function whyNot(outcome: Exclude<Assigned, { kind: 'assigned' }>): string {
  switch (outcome.kind) {
    case 'missing':
      return 'There is no such surplus: steward surplus list shows what waits.';
    case 'no_user':
      return 'That user has no escrow: create it first, or name another --tenant.';
    case 'no_run':
      return 'There is no such run in this tenant: name another --tenant.';
    case 'no_payer':
      return 'That run pays nothing, so there is nobody behind it: name a user or --operator.';
    case 'not_waiting':
      return `It is ${outcome.row.state} already${outcome.row.assigned ? ` to ${outcome.row.assigned.to}` : ''}.`;
    case 'not_covered':
      return `It came in on another chain than the escrow's, where the operator would owe it. Send as much ${outcome.asset.code} to the escrow address first, and assign that with --operator.`;
  }
}
