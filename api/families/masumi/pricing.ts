import { MasumiNodeError } from '../../../domain/masumi/outside-errors.ts';
import { EngineError } from '../../../domain/errors.ts';
import { parseUnits } from '../../../domain/money.ts';
import type { JobPricing } from '../../../domain/masumi/ports/jobs.ts';
import type { AgentPricing, MasumiNode, NodeAmount } from '../../../domain/masumi/ports/masumi-node.ts';
import { ApiError } from '../../problem.ts';
import { paymentServiceDown } from './problems.ts';

/** How a job will be paid; `funds` only where we must say how much. */
export interface JobPrice {
  pricing: JobPricing;
  funds: NodeAmount[] | null;
  listed: NodeAmount[];
  sourceIndex: number | null;
}

export type PriceOf = (agentIdentifier: string) => Promise<AgentPricing>;

const FRESH_MS = 60_000;
const LOVELACE_DECIMALS = 6;

/**
 * Asks the registry about an agent, once a minute at most. The payment service judges an agent that the registry does
 * not know.
 */
export function createPriceOf(node: MasumiNode, now: () => number = Date.now): PriceOf {
  const kept = new Map<string, { pricing: AgentPricing; atMs: number }>();
  return async (agentIdentifier) => {
    const known = kept.get(agentIdentifier);
    if (known !== undefined && now() - known.atMs < FRESH_MS) return known.pricing;
    const pricing = await patiently(() => node.pricing(agentIdentifier)).catch((error: unknown) => {
      if (known !== undefined) return known.pricing;
      throw error instanceof MasumiNodeError ? paymentServiceDown({}, error.message) : error;
    });
    if (pricing === undefined) return { kind: 'Fixed', amounts: [] };
    kept.set(agentIdentifier, { pricing, atMs: now() });
    return pricing;
  };
}

const TRIES = 3;
const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3000; // a purchaser waits

/** 429, 5xx and broken lines are tried again (masumi.md section 3), as long as a purchaser would wait. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof MasumiNodeError) || !error.passing || attempt === TRIES) throw error;
      const pauseMs = Math.min(error.retryAfterMs ?? PAUSE_MS, LONGEST_PAUSE_MS);
      await new Promise((settle) => setTimeout(settle, pauseMs));
    }
}

/** `offered`: payment_amount in ADA as it was written. `listed`: PRICE_<flow key>, "<int> <unit>" (masumi.md section 3). */
export function priceJob(
  pricing: AgentPricing,
  offered: string | undefined,
  listed: string | undefined,
): JobPrice {
  const price = { pricing: pricing.kind, sourceIndex: pricing.sourceIndex ?? null };
  if (pricing.kind === 'Fixed') return { ...price, funds: null, listed: pricing.amounts };
  if (pricing.kind === 'Free') return { ...price, funds: null, listed: [] };
  const asked =
    offered !== undefined
      ? { unit: '', amount: toLovelace(offered) }
      : listed !== undefined && readPrice(listed);
  if (asked) return { ...price, funds: [asked], listed: [asked] };
  throw invalidAmount('This agent has no fixed price: send payment_amount in ADA.');
}

function toLovelace(ada: string): string {
  try {
    const lovelace = parseUnits(ada, LOVELACE_DECIMALS);
    if (lovelace > 0n) return lovelace.toString();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
  throw invalidAmount('payment_amount must be a number of ADA above 0 with at most six decimals.');
}

/** "3000000 lovelace"; the operator's own words, so a mistake is the operator's to see. */
function readPrice(text: string): NodeAmount {
  const [, amount, unit] = /^\s*(\d{1,25})\s+(\S{1,150})\s*$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw invalidAmount(
      'The price of this agent is not set as "<integer> <unit>"; send payment_amount in ADA.',
    );
  return { amount, unit: unit === 'lovelace' ? '' : unit };
}

export const invalidAmount = (detail: string): ApiError =>
  new ApiError('invalid_payment_amount', detail, {
    errors: [{ path: 'payment_amount', message: detail, code: 'invalid' }],
  });
