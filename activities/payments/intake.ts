import type pg from 'pg';
import { bookSurplus, noteArrival, unclaimedArrivals } from '../../db/repositories/arrivals.ts';
import { beginLook, endLook } from '../../db/repositories/chain-watch.ts';
import { finalTransactions } from '../../db/repositories/payments-write.ts';
import type { Intake, IntakeRail } from '../../domain/payments/rail.ts';
import type { Asset } from '../../schemas/core/money.ts';
import type { IntakeWaits, PaymentTools } from './tools.ts';

type IntakeTools = Pick<PaymentTools, 'db' | 'assets' | 'checkpoint'> & {
  rails: { all: readonly IntakeRail[] };
};

const MOST = 200;

/**
 * Looks for money that came in, whether or not somebody told of it, and books what nobody claims as surplus. What a crash
 * leaves behind:
 * - after some arrivals are written down: the place from which to look on has not moved; they are found again by their names.
 * - after the place has moved: the arrivals are there; the next look books them.
 * - after a surplus is booked: its row says so, in the same transaction; it is not booked again.
 */
export async function takeIn(tools: IntakeTools, { everyMs, restMs }: IntakeWaits): Promise<void> {
  const rails = new Map(tools.rails.all.map((rail) => [`${rail.network} ${rail.payer}`, rail]));
  for (const [account, { network, intake }] of rails)
    // A node that does not answer is asked next time; the check of the books tells of it.
    await (intake && look(tools, account, network, intake, everyMs).catch(() => undefined));
  await bookUnclaimed(tools, restMs);
}

async function look(
  { db, assets }: IntakeTools,
  account: string,
  network: string,
  intake: Intake,
  everyMs: number,
): Promise<void> {
  const to = await intake.finalPosition();
  const watch = await beginLook(db.pool, account, to, everyMs);
  if (watch === undefined || watch.position > to) return; // somebody looks, or the node is behind
  const from = Math.max(watch.since, watch.position - intake.overlap);
  const here = assets.assets.filter((asset) => asset.network === network);
  const seen = await intake.arrivals(
    here.map(({ address }) => address),
    { from, to },
    (txHashes) => finalTransactions(db.pool, network, txHashes),
  );
  await db.transaction(async (client) => {
    for (const { token, ...arrival } of seen.arrivals)
      await noteArrival(client, { ...arrival, asset: assetOf(here, token), final: true });
    await endLook(client, account, seen.through + 1);
  });
}

const assetOf = (assets: readonly Asset[], token: string | null): Asset =>
  assets.find(({ address }) => address === token)!;

async function bookUnclaimed({ db, assets, checkpoint }: IntakeTools, restMs: number): Promise<void> {
  for (const { id, asset: assetId } of await unclaimedArrivals(db.pool, restMs, MOST)) {
    const asset = assets.assets.find((one) => one.id === assetId);
    if (asset === undefined) continue; // it was among the assets once
    await db.transaction((client: pg.PoolClient) => bookSurplus(client, id, asset));
    await checkpoint('surplus.booked');
  }
}
