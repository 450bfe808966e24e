import type { PaymentTerms } from './rail.ts';

/** "0x1 pays 0x2 250000 of 0x3 on eip155:1 by the payment router": minor units, whole addresses, for people. */
export function describeTerms(
  { asset, amount, payTo }: PaymentTerms,
  { payer, network, how }: { payer: string; network: string; how: string },
): string {
  return `${payer} pays ${payTo} ${amount} of ${asset} on ${network} by ${how}`;
}
