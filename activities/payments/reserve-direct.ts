import type pg from 'pg';
import { readBalance } from '../../db/ledger.ts';
import {
  getPayment,
  lockAsset,
  lockPayment,
  lockRunMoney,
  movePayment,
  paymentId,
  promisedIn,
  saveQuote,
  type StepPayment,
} from '../../db/repositories/payments-write.ts';
import { isEnding, type RunRow } from '../../db/repositories/runs.ts';
import { tokenOf } from '../../domain/assets.ts';
import { purseFor, type RunPurse } from '../../domain/payments/purse.ts';
import type { SignOutcome } from '../../domain/ports/payments.ts';
import { directTerms, type DirectTerms } from './direct-order.ts';
import { holdLocked, paysNothing, takenBack, undoing, type HoldTerms } from './hold.ts';
import type { HoldJudge, Reserved, ReserveDirect } from './judged-hold.ts';
import { costOfOffer } from './operator-costs.ts';
import { PART, UNCHECKED } from './proof-marks.ts';
import { mustGetRun, type PaymentTools } from './tools.ts';

type Refused = Extract<SignOutcome, { kind: 'refused' }>;
type Order = Parameters<ReserveDirect>[0];

const CHAIN_MS = 5000;

/**
 * quoted and prepared in one transaction, which a judge decides about. A crash before its commit leaves neither the hold nor
 * what the judge wrote; after it both are there, and a repetition answers `held` without asking again. Nothing is signed here.
 */
export async function reserveDirect(tools: PaymentTools, order: Order, judge: HoldJudge): Promise<Reserved> {
  const run = await mustGetRun(tools, order.runId);
  const earlier = await heldBefore(tools, order);
  if (earlier !== undefined) return earlier;
  const terms = directTerms(tools, order, run.tenant);
  if ('refused' in terms)
    return tools.db.transaction((client) => overrule(client, judge, unsupported(terms.refused)));
  const chain = await chainBalance(terms);
  const cost = await costOfOffer(tools, terms.rail, terms.offer, terms.paid.network).catch(() => undefined);
  const purse = purseFor(tools.assets, run, terms.paid.id);
  const found = { run, purse, terms, chain, cost };
  const reserved = await tools.db.transaction((client) => reserve(client, tools, found, judge));
  if (reserved.kind === 'held') await tools.checkpoint('payment.prepared');
  return reserved;
}

interface Found {
  run: RunRow;
  purse: RunPurse;
  terms: DirectTerms;
  chain: bigint | null;
  cost: Awaited<ReturnType<typeof costOfOffer>> | undefined;
}

const unsupported = (message: string): Refused => ({ kind: 'refused', reason: 'unsupported', message });

async function heldBefore(
  { db }: PaymentTools,
  { runId, stepId, generation }: Order,
): Promise<Reserved | undefined> {
  const earlier = await getPayment(db.pool, paymentId(runId, stepId, generation));
  return earlier === undefined ? undefined : { kind: 'held', intentId: earlier.id };
}

/** Null when the node does not say it in time. */
async function chainBalance({ rail, paid }: DirectTerms): Promise<bigint | null> {
  const late = new Promise<null>((settle) => setTimeout(() => settle(null), CHAIN_MS).unref());
  return Promise.race([rail.available(tokenOf(paid)).catch(() => null), late]);
}

async function reserve(
  client: pg.PoolClient,
  tools: PaymentTools,
  found: Found,
  judge: HoldJudge,
): Promise<Reserved> {
  const { run, purse, terms, chain } = found;
  const { quote } = terms;
  await lockRunMoney(client, run.id);
  if (await isEnding(client, run.id)) return overrule(client, judge, undoing);
  await lockAsset(client, quote.asset);
  const earlier = await lockPayment(client, quote.id);
  if (earlier !== undefined) return { kind: 'held', intentId: earlier.id };
  const { available: ledger } = await readBalance(client, purse.source.account);
  const promised = await promisedIn(client, quote.asset, quote.id);
  if ((await judge.judge(client, { ledger, chain, promised })) === 'decline') return { kind: 'declined' };
  if (run.purse.kind === 'nothing') return overrule(client, judge, paysNothing);
  const { cost } = found;
  if (cost === undefined)
    return overrule(client, judge, unsupported('No node says what its transactions cost now.'));
  return holdOrTakeBack(client, tools, { ...found, cost }, judge);
}

async function holdOrTakeBack(
  client: pg.PoolClient,
  tools: PaymentTools,
  { run, purse, terms, cost }: Found & { cost: HoldTerms['cost'] },
  judge: HoldJudge,
): Promise<Reserved> {
  await client.query('savepoint judged');
  try {
    const quoted: StepPayment = await saveQuote(client, terms.quote);
    const hold = { run, purse, paid: terms.paid, cost, agreed: 0n };
    const { alerts } = await holdLocked(client, tools, hold, quoted);
    await movePayment(client, quoted.id, ['prepared'], 'prepared', {
      proof: { [UNCHECKED]: true, [PART]: true },
    });
    await judge.held(client, { intentId: quoted.id, alerts });
    return { kind: 'held', intentId: quoted.id };
  } catch (error) {
    const refused = takenBack(error);
    await client.query('rollback to savepoint judged');
    return overrule(client, judge, refused);
  }
}

async function overrule(client: pg.PoolClient, judge: HoldJudge, refused: Refused): Promise<Reserved> {
  await judge.overruled(client, refused);
  return { kind: 'refused', message: refused.message };
}
