import type { PaymentTerms } from './rail.ts';

/** "0x1 pays 0x2 0.25 USDC on eip155:1 by the payment router": whole addresses, for people. */
export function describeTerms(
  { amount, payTo }: PaymentTerms,
  { payer, network, how }: { payer: string; network: string; how: string },
): string {
  return `${payer} pays ${payTo} ${amount} on ${network} by ${how}`;
}
