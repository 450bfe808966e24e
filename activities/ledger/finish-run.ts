import { createHash } from 'node:crypto';
import type pg from 'pg';
import { appendIn } from '../../db/journal.ts';
import { closeTransfer } from '../../db/ledger.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { lockWindowsOf } from '../../db/repositories/budgets.ts';
import { lockRunMoney, lockUnsigned, movePayment, transferOf } from '../../db/repositories/payments-write.ts';
import { getRun, lockRun, toldCost, type RunRow } from '../../db/repositories/runs.ts';
import { costOfRun, hasReserve, releaseReserve, reservedAssets } from '../../db/repositories/run-money.ts';
import type { AssetBook } from '../../domain/assets.ts';
import { EngineError } from '../../domain/errors.ts';
import { closeOperatorCost } from '../../db/repositories/operator-costs.ts';
import { formatUnits } from '../../domain/money.ts';
import { paidAsset, purseHolding } from '../../domain/payments/purse.ts';
import type { FinishedRun, FinishRequest } from '../../domain/ports/ledger.ts';
import type { JournalEvent, Ride } from '../../domain/ports/journal.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Amount } from '../../schemas/core/money.ts';
import { CancelRequest, type RunError } from '../../schemas/core/run.ts';
import type { LedgerDeps } from './tools.ts';

/**
 * Ends a run: money first, then attention items, then the terminal event, so that whoever sees the run ended finds
 * its money where it belongs; then money once more, for whoever moved some between and took the run for a live one.
 * Every part is idempotent; a crash between them repeats the rest.
 */
export async function finishRun(deps: LedgerDeps, request: FinishRequest): Promise<FinishedRun> {
  const { db, journal } = deps;
  const run = await getRun(db.pool, request.runId);
  if (run === undefined) throw new EngineError('run_not_found', `Run ${request.runId} has no row.`);
  // A workflow may have forgotten its approval: Temporal loses an update whose task was not written down when it was killed,
  // while what its local activities did is in the books. So the books decide.
  const mayHold = !request.moneyless || (await hasReserve(db.pool, run.tenant, run.id));
  if (mayHold && run.finished_at === null) await journal.append(request.ride); // giving back tells of payments
  const hadMoney = mayHold && (await db.transaction((client) => returnMoney(client, deps.assets, run)));
  await deps.checkpoint?.('run.returned');
  if (run.finished_at !== null && run.status !== request.status)
    return { cost: await toldCost(db.pool, run.id) }; // it has ended in another way; its workflow was reset
  const items = request.attention.map((item) => ({
    ...item,
    id: attentionId(run.id, item),
    tenant: run.tenant,
    runId: run.id,
  }));
  for (const item of items) await raiseAttention(db.pool, item);
  const output = await composeOutput(deps, request);
  const ids = items.map((item) => item.id);
  const told = { ...request, ...cancelOf(request, run) };
  const rideOf = (totals: FinishRequest['totals']): Ride => ({
    runId: run.id,
    events: [
      ...(run.finished_at === null ? request.ride.events : []), // a repetition: what came after the end is too late
      terminalEvent({ ...told, totals }, output, ids),
    ],
  });
  if (mayHold) await db.transaction((client) => endAsBooked(deps, client, request, rideOf));
  else await journal.append(rideOf(request.totals));
  await deps.checkpoint?.('run.ended');
  if (hadMoney) await db.transaction((client) => returnMoney(client, deps.assets, run));
  return mayHold ? { cost: await toldCost(db.pool, run.id) } : { cost: costOf(request.totals) };
}

/**
 * The cost is what the books say under the lock of the run: a payment that settles while the run ends is told before the end
 * and is in its cost, or comes after it and is in neither.
 */
async function endAsBooked(
  { assets }: LedgerDeps,
  client: pg.PoolClient,
  { runId, totals }: FinishRequest,
  rideOf: (totals: FinishRequest['totals']) => Ride,
): Promise<void> {
  await lockRun(client, runId);
  const { cost, asset } = await costOfRun(client, runId);
  if (asset === null) return appendIn(client, rideOf(totals));
  const { code, decimals } = paidAsset(assets, asset);
  return appendIn(client, rideOf({ ...totals, cost: cost.toString(), asset: code, decimals }));
}

/**
 * Holds without a signature are given up; what no live signature holds goes back to where it came from. False for a
 * run that never had any money.
 */
export async function returnMoney(client: pg.PoolClient, assets: AssetBook, run: RunRow): Promise<boolean> {
  await lockRunMoney(client, run.id);
  const unsigned = await lockUnsigned(client, run.id);
  for (const payment of unsigned)
    if (payment.status === 'prepared') await closeTransfer(client, transferOf(payment), 'voided');
  for (const asset of await reservedAssets(client, run.tenant, run.id))
    await releaseReserve(client, purseHolding(assets, run, asset));
  for (const payment of unsigned) await closeOperatorCost(client, transferOf(payment), 0n); // its account is locked last
  await lockWindowsOf(client, unsigned.map(transferOf));
  const reason = 'The run ended before it was signed.';
  for (const { id, status } of unsigned)
    // last: it tells the run, whose row comes after accounts and budgets
    await movePayment(client, id, [status], 'rejected', { reason });
  return unsigned.length > 0 || (await hasReserve(client, run.tenant, run.id));
}

/** What is about a payment has the payment's own id, so that the proof which closes the payment closes the item too. */
function attentionId(runId: string, item: FinishRequest['attention'][number]): string {
  if (typeof item.data['intentId'] === 'string') return `${item.kind}:${item.data['intentId']}`;
  const digest = createHash('sha256').update(JSON.stringify(item)).digest('hex').slice(0, 16);
  return `${item.kind}:${runId}:${digest}`;
}

const LARGEST_TOLD = 8 * 1024 * 1024; // bytes of an output that the last event tells, to everybody who listens

/**
 * The output of the only sink, else an object of all sinks' values by outputKey. One that is too large for an event stays where
 * it is, and is referred to.
 */
async function composeOutput(
  { values }: LedgerDeps,
  { outputs, status }: FinishRequest,
): Promise<JsonObject> {
  if (status !== 'completed') return {};
  const [only, ...others] = Object.values(outputs);
  if (only !== undefined && others.length === 0 && 'ref' in only && only.size > LARGEST_TOLD)
    return { outputRef: { ...only } };
  const loaded = await Promise.all(
    Object.entries(outputs).map(async ([key, ref]) => [key, await values.load(ref)] as const),
  );
  return { output: loaded.length === 1 ? loaded[0]![1] : Object.fromEntries(loaded) };
}

/** The cost as the engine's own API shows it, in whole units. */
const costOf = ({ cost, asset, decimals }: FinishRequest['totals']): Amount[] =>
  asset === null ? [] : [{ amount: formatUnits(cost, decimals), asset }];

/** The cancel request of the workflow; where the workflow is lost, the one that its run has on record. */
function cancelOf({ cancel }: FinishRequest, { view }: RunRow): Pick<FinishRequest, 'cancel'> {
  const told = cancel ?? CancelRequest.safeParse(view['cancel']).data;
  return told === undefined ? {} : { cancel: told };
}

/** Amounts are minor units with their asset and decimals; families write them in their own words. */
function terminalEvent(request: FinishRequest, output: JsonObject, attention: string[]): JournalEvent {
  const { status, totals } = request;
  const error: RunError | undefined = request.error && {
    ...request.error,
    timestamp: new Date().toISOString(),
  };
  const facts: JsonObject = {
    totalCost: totals.cost,
    totalTime: totals.timeMs,
    asset: totals.asset,
    decimals: totals.decimals,
    ...(error ? { error: error as JsonObject } : {}),
  };
  const cancelled: JsonObject = request.cancel
    ? { cancel_requested: true, cancel: request.cancel as JsonObject }
    : {};
  return {
    key: `run.${status}`,
    type: `run.${status}`,
    status,
    data: { ...output, ...facts, ...cancelled },
    ...(request.approval === undefined ? {} : { approval: request.approval }),
    view: {
      ...request.view,
      ...facts,
      cost: costOf(totals).map((amount) => ({ ...amount })),
      attention,
      ...output,
    },
  };
}
