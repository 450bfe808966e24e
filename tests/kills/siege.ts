import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { createDemoClient } from '../../demo/client.ts';
import { fundEscrow } from '../../demo/fund-escrow.ts';
import { createCustomer, type Purchase } from './customer.ts';
import { holdBooks } from './proof.ts';
import { startVictims, VICTIMS, type Victims } from './victims.ts';

export const TASKS = [
  {
    input: 'Get the SOL price history of the last 30 days and compute statistics and trend',
    ends: 'completed',
  },
  {
    input: 'Get the ETH price history of the last 14 days, chart it and compose a report',
    ends: 'completed',
  },
  {
    input:
      'Book a hotel in Berlin for 2 nights from 10 January and then get a credit rating for Example Corp',
    ends: 'failed',
  },
] as const;

/** A demo that shows nothing. */
export const SILENT = {
  title: () => undefined,
  line: () => undefined,
  detail: () => undefined,
  table: () => undefined,
};

/** Deterministic numbers in [0, 1), so that a failing siege can be laid again (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface SiegePlan {
  seed: number;
  kills: number;
  /** Tasks bought side by side by customers that never rest while the siege lasts. */
  customers: number;
}

/** Kills at seeded moments while customers buy, then holds every promise against what is left. */
export async function laySiege({ seed, kills, customers }: SiegePlan): Promise<void> {
  const victims = await startVictims();
  try {
    const client = createDemoClient(victims.url);
    await fundEscrow(SILENT, client, victims.local, 'customer');
    const siege = { over: false };
    const buying = Array.from({ length: customers }, (_, n) => buyUntilOver(victims, siege, n));
    const random = seeded(seed);
    for (let kill = 0; kill < kills; kill++) {
      await delay(300 + Math.floor(random() * 1500));
      await victims.kill(VICTIMS[Math.floor(random() * VICTIMS.length)]!);
    }
    siege.over = true;
    const purchases = (await Promise.all(buying)).flat();
    expect(purchases.length).toBeGreaterThanOrEqual(customers);
    for (const { purchase, ends } of purchases) holdPromises(purchase, [ends]);
    await holdBooks(victims);
  } finally {
    await victims.stop();
  }
}

async function buyUntilOver(
  victims: Victims,
  siege: { over: boolean },
  n: number,
): Promise<{ purchase: Purchase; ends: string }[]> {
  const customer = createCustomer(victims.url, 'customer');
  const purchases: { purchase: Purchase; ends: string }[] = [];
  for (let turn = 0; turn === 0 || !siege.over; turn++) {
    const task = TASKS[(n + turn) % TASKS.length]!;
    purchases.push({ purchase: await customer.buy(`${n}-${turn}`, task.input), ends: task.ends });
  }
  return purchases;
}

/** The right end; every event once, in order, the terminal one last. */
export function holdPromises({ id, status, seqs, types }: Purchase, ends: readonly string[]): void {
  expect({ id, ends }).toEqual({ id, ends: expect.arrayContaining([status]) });
  expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
  expect(types.at(-1)).toBe(`workflow.${status}`);
}
