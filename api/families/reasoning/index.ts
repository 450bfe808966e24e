import type { Config } from '../../../config/config.ts';
import type { AssetBook } from '../../../domain/assets.ts';
import type { WithdrawalGuard } from '../../../domain/payments/withdrawal.ts';
import type { CatalogueService } from '../../../domain/plan/catalogue.ts';
import type { Asset } from '../../../schemas/core/money.ts';
import type { FamilyModule } from '../../family.ts';
import { reasoningOptions } from './from-config.ts';
import { createReasoning } from './router.ts';

/** What the family is made of; `catalogue` is what `GET /services` shows, by default nothing. */
export interface ReasoningFamilyParts {
  config: Config;
  assets: AssetBook;
  /** What maxCost is meant in. */
  planAsset: Asset;
  catalogue?: () => Promise<readonly CatalogueService[]>;
  /** Asks the chain about destinations of withdrawals from this address; by default only their form is judged. */
  guard?: (escrowAddress: string) => WithdrawalGuard;
}

export const createReasoningFamily = (parts: ReasoningFamilyParts): FamilyModule =>
  createReasoning(reasoningOptions(parts));
