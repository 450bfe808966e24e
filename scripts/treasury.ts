import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig } from '../config/config.ts';
import type { Database } from '../db/database.ts';
import { createAuditor } from '../db/repositories/audit.ts';
import { moveTreasury, treasuryOf } from '../db/repositories/treasury.ts';
import { prepareSchema } from '../db/schema.ts';
import { buildAssetBook } from '../domain/assets.ts';
import { formatUnits, parseUnits } from '../domain/money.ts';
import type { Asset } from '../schemas/core/money.ts';
import { runScript } from './command-line.ts';
import { installationOf, openInstallation } from './open-database.ts';

const HELP = `steward treasury show                          what runs may spend of the operator's own money
steward treasury put AMOUNT --asset ID --note TEXT    it was sent to the chain account; runs may spend it now
steward treasury take AMOUNT --asset ID --note TEXT   runs may not spend it any more; it may leave the chain account

  --asset ID     CAIP-19 id of the asset, as show lists it
  --note TEXT    why; it is kept with the booking
  --float        it was, or becomes, the operator's float in the same account: nothing moves on the chain
  --id NAME      a repetition under the same name books nothing
  --data DIR     folder of the local stack, used when DATABASE_URL is not set (DATA_DIR, ./data)

It books, and moves nothing on a chain. What is booked and not there shows in the next check of the books.
`;

await runScript({
  help: HELP,
  options: {
    asset: { type: 'string' },
    note: { type: 'string' },
    float: { type: 'boolean', default: false },
    id: { type: 'string' },
    data: { type: 'string' },
  },
  positionals: 2,
  async run({ values, positionals: [action, amount] }) {
    const assets = assetsOf(values.data);
    const db = await openInstallation(installationOf(values.data), prepareSchema);
    try {
      if (action === 'show') await show(db, assets);
      else await book(db, assets, action, amount, values);
    } finally {
      await db.close();
    }
  },
});

/** Those of DATABASE_URL's installation, else those of the local stack. */
function assetsOf(data: string | undefined): Asset[] {
  const config = loadConfig();
  const file = join(data ?? config.DATA_DIR, 'stack.env');
  if (config.DATABASE_URL !== undefined || !existsSync(file)) return buildAssetBook(config).assets;
  return buildAssetBook(loadConfig(parseEnv(readFileSync(file, 'utf8')))).assets;
}

async function show(db: Database, assets: readonly Asset[]): Promise<void> {
  for (const asset of assets) {
    const has = formatUnits(await treasuryOf(db.pool, asset), asset.decimals);
    process.stdout.write(`${has} ${asset.code}  ${asset.id}\n`);
  }
}

interface Values {
  asset?: string | undefined;
  note?: string | undefined;
  float: boolean;
  id?: string | undefined;
}

async function book(
  db: Database,
  assets: readonly Asset[],
  action: string | undefined,
  amount: string | undefined,
  { asset: named, note, float, id = randomUUID() }: Values,
): Promise<void> {
  if (action !== 'put' && action !== 'take') throw new Error('Say show, put or take; --help shows how.');
  if (amount === undefined) throw new Error(`How much? steward treasury ${action} AMOUNT`);
  if (note === undefined) throw new Error('Why? Say it with --note; it is kept with the booking.');
  const asset = assets.find((one) => one.id === named);
  if (asset === undefined) throw new Error('Which asset? --asset ID, as steward treasury show lists it.');
  const units = parseUnits(amount, asset.decimals);
  const wish = { id, asset, amount: action === 'put' ? units : -units, note, by: 'command line' };
  if (!(await moveTreasury(db.pool, { ...wish, from: float ? 'float' : 'world' })))
    throw new Error(`The treasury has less than ${amount} ${asset.code} that no run holds.`);
  const data = { asset: asset.id, amount, note, id };
  const told = { tenant: 'default', actor: 'command line', action: `treasury ${action}`, object: id, data };
  await createAuditor(db).append(told);
  await show(db, [asset]);
}
