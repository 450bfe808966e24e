import type { Config } from '../../../config/config.ts';
import type { AssetBook } from '../../../domain/assets.ts';
import type { WithdrawalGuard, WithdrawalTerms } from '../../../domain/payments/withdrawal.ts';
import type { CatalogueService } from '../../../domain/plan/catalogue.ts';
import type { Asset } from '../../../schemas/core/money.ts';
import type { ReasoningSettings } from '../../../schemas/families/reasoning/settings.ts';
import type { EscrowWaits } from '../../../workflows/engine/escrow.ts';
import type { HealthCheck } from '../../family.ts';
import type { RunDefaults } from '../../runs/defaults.ts';

/** Escrow as users see it, and how long the API waits for the chain. */
export interface EscrowOptions {
  /** Base58 address that deposits go to. */
  address: string;
  /** What people call the cluster: localnet, devnet, testnet, mainnet-beta. */
  network: string;
  /** Asset of deposits and withdrawals that name none. */
  defaultAsset: string;
  /** How long deposit and withdraw wait for finality before they answer 202, ms. */
  waitMs: number;
  /** Pace of the workflows that watch the chain, and when they stop to hope, ms. */
  chainWaits: EscrowWaits;
  /** Judges a withdrawal before anything is held for it. */
  guard: WithdrawalGuard;
  /** What the operator takes for withdrawals. */
  terms: WithdrawalTerms;
}

/** What the composition root gives the family; nothing here reads the environment. */
export interface ReasoningOptions {
  taskQueue: string;
  run: RunDefaults;
  /** Ceiling of maxTime and its value where a request gives none, ms. */
  maxTimeMs: number;
  /** Ceiling of maxCost and of approved totals, decimal in whole units; null has none. */
  maxCost: string | null;
  /** Asset code in which maxCost is meant. */
  planAsset: string;
  assets: AssetBook;
  escrow: EscrowOptions;
  /** Every service that can be planned with. */
  catalogue(): Promise<readonly CatalogueService[]>;
  /** Says that the catalogue has more than was read; undefined when it is whole. */
  cut?(): Promise<string | undefined>;
  /** States of the outside systems, for health: chain, facilitator, planner. */
  probes: { readonly [name in 'chain' | 'facilitator' | 'planner']: () => Promise<HealthCheck> };
}

/** What the options are made from; `catalogue` is what `GET /services` shows, by default nothing. */
export interface ReasoningParts {
  config: Config & ReasoningSettings;
  assets: AssetBook;
  /** What maxCost is meant in. */
  planAsset: Asset;
  catalogue?: () => Promise<readonly CatalogueService[]>;
  cut?: () => Promise<string | undefined>;
  /** Asks the chain about destinations of withdrawals from this address; by default only their form is judged. */
  guard?: (escrowAddress: string) => WithdrawalGuard;
}
