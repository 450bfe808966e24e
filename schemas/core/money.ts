import { z } from 'zod';

/** Minor units as a decimal string without sign, e.g. "250000" for 0.25 USDC (common.md, "Units"). */
export const MinorUnits = z.string().regex(/^(0|[1-9]\d{0,77})$/);
export type MinorUnits = z.infer<typeof MinorUnits>;

/** The same with a sign: balances of accounts that may be below zero, entries, differences. */
export const SignedMinorUnits = z.string().regex(/^-?\d{1,78}$/);

/** CAIP-2 network id, e.g. "eip155:31337". */
export const Network = z.string().regex(/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/);
export type Network = z.infer<typeof Network>;

/**
 * One asset on one chain. `id` is its CAIP-19 name, so USDC on two chains is two assets (architecture decision 5);
 * `code` is what people say. `address` is the contract or mint; null is the chain's native coin.
 */
export const Asset = z.object({
  id: z.string(),
  code: z.string().regex(/^[A-Z0-9]{2,12}$/),
  network: Network,
  address: z.string().nullable(),
  decimals: z.int().min(0).max(36),
});
export type Asset = z.infer<typeof Asset>;

/** An amount of one asset code on wires of the core: decimal string in whole units. */
export const Amount = z.object({ amount: z.string(), asset: z.string() });
export type Amount = z.infer<typeof Amount>;
