import type { ServiceDefinition } from './definition.ts';

export const USDC_DECIMALS = 6;

/** Prices in minor units by service id; they can be changed while the services run. */
export interface Prices {
  of(service: ServiceDefinition): bigint;
  set(id: string, price: bigint): void;
}

export function createPrices(): Prices {
  const changed = new Map<string, bigint>();
  return {
    of: (service) => changed.get(service.id) ?? service.price,
    set: (id, price) => void changed.set(id, price),
  };
}

/** "0.05" for 50000n. */
export function formatUsdc(minor: bigint): string {
  const digits = minor.toString().padStart(USDC_DECIMALS + 1, '0');
  const fraction = digits.slice(-USDC_DECIMALS).replace(/0+$/, '');
  const whole = digits.slice(0, -USDC_DECIMALS);
  return fraction ? `${whole}.${fraction}` : whole;
}

/** Undefined when the text is not a plain decimal with at most six places. */
export function parseUsdc(text: string): bigint | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return undefined;
  return BigInt(`${match[1]}${(match[2] ?? '').padEnd(USDC_DECIMALS, '0')}`);
}
