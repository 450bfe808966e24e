import { parseUnits } from '../money.ts';

/** Millionths of a US dollar for a million tokens. */
export interface ModelPrice {
  input: bigint;
  output: bigint;
}

export type ModelPrices = ReadonlyMap<string, ModelPrice>;

/** Reads MODEL_PRICES: `MODEL:input:output`, comma-separated, in USD a million tokens. Names of models may have colons. */
export function parsePrices(text: string | undefined): ModelPrices {
  const items = (text ?? '').split(',').flatMap((item) => /^(.+):([\d.]+):([\d.]+)$/.exec(item.trim()) ?? []);
  const prices = new Map<string, ModelPrice>();
  for (let at = 0; at + 3 < items.length; at += 4)
    prices.set(items[at + 1]!, {
      input: parseUnits(items[at + 2]!, 6),
      output: parseUnits(items[at + 3]!, 6),
    });
  return prices;
}

/** What so many tokens cost in millionths of a US dollar, rounded up; undefined where no price is known. */
export function costOf(
  prices: ModelPrices,
  model: string,
  { input, output }: { input: number; output: number },
): bigint | undefined {
  const price = prices.get(model);
  if (price === undefined) return undefined;
  return (BigInt(input) * price.input + BigInt(output) * price.output + 999_999n) / 1_000_000n;
}
