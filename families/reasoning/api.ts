import { createWithdrawalGuard } from '../../activities/escrow/withdrawal-guard.ts';
import { reasoningOptions } from '../../api/families/reasoning/from-config.ts';
import { createReasoning } from '../../api/families/reasoning/index.ts';
import type { ReasoningParts } from '../../api/families/reasoning/options.ts';
import type { FamilyModule } from '../../api/family.ts';
import { planAsset } from '../../domain/assets.ts';
import type { ReasoningSettings } from '../../schemas/families/reasoning/settings.ts';
import type { ApiContext } from '../define.ts';

type Context = ApiContext<ReasoningSettings>;

/** The family's routes, from the environment. */
export const createApi = ({ config, assets, catalogue, cut }: Context): FamilyModule =>
  createReasoning(
    reasoningOptions({
      config,
      assets,
      planAsset: planAsset(assets),
      catalogue,
      ...(cut === undefined ? {} : { cut }),
      ...withdrawalGuard({ config, assets }),
    }),
  );

/** Without a chain to ask, destinations are judged by their form alone. */
function withdrawalGuard({
  config: { SOLANA_RPC_URL: rpcUrl },
  assets,
}: Pick<Context, 'config' | 'assets'>): Pick<ReasoningParts, 'guard'> {
  return rpcUrl === undefined ? {} : { guard: (escrow) => createWithdrawalGuard({ assets, rpcUrl, escrow }) };
}
