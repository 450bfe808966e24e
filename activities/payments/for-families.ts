import { tokenOf } from '../../domain/assets.ts';
import type { Rail } from '../../domain/payments/rail.ts';
import type { RailKind } from '../../schemas/core/payment.ts';
import type { ReserveDirect } from './judged-hold.ts';
import { reserveDirect } from './reserve-direct.ts';
import { withDefaults, type PaymentDeps } from './tools.ts';

const DIRECT: readonly RailKind[] = ['evm-router', 'solana-transfer'];

/** What families may do with direct payments besides what their workflows do. */
export function createFamilyPayments(deps: PaymentDeps): {
  reserve: ReserveDirect;
  chainBalance(assetId: string): Promise<bigint | undefined>;
  payer(assetId: string): string | undefined;
} {
  const tools = withDefaults(deps);
  const { assets } = deps.assets;
  const railOf = (assetId: string): Rail | undefined => {
    const network = assets.find(({ id }) => id === assetId)?.network;
    return deps.rails.all.find((rail) => rail.network === network && DIRECT.includes(rail.kind));
  };
  return {
    reserve: (order, judge) => reserveDirect(tools, order, judge),
    async chainBalance(assetId) {
      const asset = assets.find(({ id }) => id === assetId);
      return asset && railOf(assetId)?.available(tokenOf(asset));
    },
    payer: (assetId) => railOf(assetId)?.payer,
  };
}
