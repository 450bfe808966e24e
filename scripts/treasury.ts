import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { createAuditor } from '../db/repositories/audit.ts';
import { readBalance } from '../db/ledger.ts';
import { operatorCostsToday } from '../db/repositories/operator-costs.ts';
import { floatAccount } from '../domain/accounts.ts';
import { costLimitOf, costLimitsOf } from '../domain/payments/cost-limits.ts';
import { moveTreasury, treasuryOf } from '../db/repositories/treasury.ts';
import { prepareSchema } from '../families/schema.ts';
import { bookOf } from '../families/assets.ts';
import { describeError } from '../domain/errors.ts';
import { parseUnits, showAmount } from '../domain/money.ts';
import type { Asset } from '../schemas/core/money.ts';
import { runScript, UsageError } from './command-line.ts';
import { configOf, installationOf, openInstallation } from './open-database.ts';

await runScript({
  name: 'treasury',
  about: `Shows and books what runs may spend of the operator's own money. It books, and moves nothing on a chain. What is
booked and not there shows in the next check of the books.`,
  arguments: {
    ACTION:
      'show: what runs may spend; put: it was sent to the chain account, and runs may spend it now; take: runs may not spend it any more, and it may leave the chain account',
    '[AMOUNT]': 'how much, in whole units of the asset',
  },
  options: {
    asset: { value: 'ID', about: 'CAIP-19 id of the asset, as show lists it' },
    note: { value: 'TEXT', about: 'why; it is kept with the booking' },
    float: {
      about: "it was, or becomes, the operator's float in the same account: nothing moves on the chain",
    },
    id: { value: 'NAME', about: 'a repetition under the same name books nothing' },
    data: {
      value: 'DIR',
      about:
        'folder of the local stack whose database it is (DATABASE_URL, else the stack of DATA_DIR, ./data)',
    },
  },
  examples: ['steward treasury show', 'steward treasury put 100 --asset ID --note "from the bank"'],
  async run({ values, positionals: [action, amount] }) {
    if (!['show', 'put', 'take'].includes(action ?? ''))
      throw new UsageError('Say show, put or take; --help shows how.');
    const config = configOf(values.data);
    const { assets } = bookOf(config);
    const limits = costLimitsOf(config);
    const db = await openInstallation(installationOf(values.data), prepareSchema);
    try {
      if (action === 'show') await show(db, assets, (coin) => showCosts(db, coin, limits));
      else await book(db, assets, action, amount, values);
    } finally {
      await db.close();
    }
  },
});

async function show(
  db: Database,
  assets: readonly Asset[],
  costs = async (_coin: Asset): Promise<void> => undefined,
): Promise<void> {
  for (const asset of assets) {
    if (asset.address === null) await costs(asset);
    const has = showAmount(await treasuryOf(db.pool, asset), asset);
    process.stdout.write(`${has}  ${asset.id}\n`);
  }
}

/** The account that bears what our transactions cost, and what of the day's limit is gone. */
async function showCosts(db: Database, coin: Asset, limits: ReturnType<typeof costLimitsOf>): Promise<void> {
  const { available } = await readBalance(db.pool, floatAccount(coin).account);
  const today = await operatorCostsToday(db.pool, coin.network);
  const limit = costLimitOf(limits, coin.network) ?? 0n;
  process.stdout.write(
    `${showAmount(available, coin)} for fees and rents; ${showAmount(today, coin)} of ${showAmount(limit, coin)} used or held today\n`,
  );
}

interface Values {
  asset?: string | undefined;
  note?: string | undefined;
  float: boolean;
  id?: string | undefined;
}

function readAmount(amount: string, { decimals }: Asset): bigint {
  try {
    return parseUnits(amount, decimals);
  } catch (error) {
    throw new UsageError(describeError(error));
  }
}

async function book(
  db: Database,
  assets: readonly Asset[],
  action: string | undefined,
  amount: string | undefined,
  { asset: named, note, float, id = randomUUID() }: Values,
): Promise<void> {
  if (amount === undefined) throw new UsageError(`How much? steward treasury ${action} AMOUNT`);
  if (note === undefined) throw new UsageError('Why? Say it with --note; it is kept with the booking.');
  const asset = assets.find((one) => one.id === named);
  if (asset === undefined)
    throw new UsageError('Which asset? --asset ID, as steward treasury show lists it.');
  const units = readAmount(amount, asset);
  const wish = { id, asset, amount: action === 'put' ? units : -units, note, by: 'command line' };
  if (!(await moveTreasury(db.pool, { ...wish, from: float ? 'float' : 'world' })))
    throw new Error(
      `The ${float && action === 'put' ? "operator's float" : 'treasury'} has less than ${showAmount(units, asset)} that nothing holds.`,
    );
  const data = { asset: asset.id, amount, note, id };
  const told = { tenant: 'default', actor: 'command line', action: `treasury ${action}`, object: id, data };
  await createAuditor(db).append(told);
  await show(db, [asset]);
}
