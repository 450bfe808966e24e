import type { ShownPurchase } from '../../schemas/families/masumi/payment-service.ts';
import type { Screen } from '../screen.ts';
import type { Wallet } from './wallet.ts';

/** A purchase as the purchaser's payment service shows it. Every change is printed. */
export interface Money {
  look(): Promise<ShownPurchase>;
}

export function watchMoney(wallet: Wallet, screen: Screen, blockchainIdentifier: string): Money {
  let shown = '';
  return {
    async look() {
      const deal = await wallet.resolve(blockchainIdentifier);
      const words = `${deal.onChainState ?? 'not on the chain yet'} (${deal.NextAction.requestedAction})`;
      if (words !== shown) screen.line(`   money: ${words}`);
      shown = words;
      return deal;
    },
  };
}
