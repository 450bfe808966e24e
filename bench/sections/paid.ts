import { MAX_COST, USER, type Bench } from '../bench.ts';
import { PAID_REQUEST } from '../free-plan.ts';
import { depositUsdc } from '../steward/deposit.ts';
import type { Feed } from '../steward/feed.ts';
import { duel, ratio, type Grid, type Ratio } from './cells.ts';
import { PEER, peer, steward } from './contenders.ts';

export const STEWARD_PAID = 'steward, paid plan';
const DEPOSIT_USDC = 200;

export interface PaidResult {
  /** Whole USDC that one run paid, and how many payments. */
  costPerRun: number;
  paymentsPerRun: number;
  grid: Grid;
  paidToPeer: { [concurrency: number]: Ratio };
}

/** Five x402 payments on the local Solana chain for each run, quoted, signed, submitted and confirmed one by one. */
export async function measurePaid(bench: Bench): Promise<PaidResult> {
  await depositUsdc(bench.client, bench.steward.info, USER, DEPOSIT_USDC);
  const { costPerRun, paymentsPerRun } = await bench.withFeed((feed) => firstRun(bench, feed));
  const contenders = [peer(bench, 'remote'), steward(bench, PAID_REQUEST, STEWARD_PAID)];
  const levels = bench.quick
    ? [
        { concurrency: 1, count: 2 },
        { concurrency: 10, count: 10 },
      ]
    : [
        { concurrency: 1, count: 6 },
        { concurrency: 20, count: 40 },
      ];
  const grid = await duel(contenders, levels, bench.quick ? 1 : 2, bench.say);
  const paidToPeer = Object.entries(grid).map(
    ([level, cells]) => [level, ratio(cells[STEWARD_PAID]!, cells[PEER]!)] as const,
  );
  return { costPerRun, paymentsPerRun, grid, paidToPeer: Object.fromEntries(paidToPeer) };
}

/** Proves that the plan pays what it says before anything is measured. */
async function firstRun(
  { client }: Bench,
  feed: Feed,
): Promise<{ costPerRun: number; paymentsPerRun: number }> {
  const id = await client.create(PAID_REQUEST, USER, MAX_COST);
  await client.approve(id);
  await feed.next(id, 'run.completed');
  const { workflow } = JSON.parse(await client.get(`/workflows/${id}`)) as {
    workflow: { totalCost: number; paymentSignatures: string[] };
  };
  if (workflow.paymentSignatures.length < 5)
    throw new Error(`The paid plan made ${workflow.paymentSignatures.length} payments, not five.`);
  return { costPerRun: workflow.totalCost, paymentsPerRun: workflow.paymentSignatures.length };
}
