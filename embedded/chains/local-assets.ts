import type { Keypair } from '@solana/web3.js';
import type { Wallet } from 'ethers';
import type { Asset } from '../../schemas/core/money.ts';
import { evmWallet, solanaKeypair } from './keys.ts';

/** Each seller has a wallet of its own, so that a payment to the wrong payee is noticed. */
export const SELLERS = ['market', 'studio', 'travel'] as const;
export type Seller = (typeof SELLERS)[number];

/** `privateKey` is 0x and 64 hex digits. */
export interface EvmAccount {
  readonly address: string;
  readonly privateKey: string;
}

/** `secretKey` is base58 of the 64 bytes that wallets import; `usdcAccount` is the associated token account. */
export interface SolanaAccount {
  readonly address: string;
  readonly secretKey: string;
  readonly usdcAccount: string;
}

/** Everything that was set up on the local chains. It is pure JSON, so it can go to a child process. */
export interface LocalAssets {
  readonly evm: {
    readonly rpcUrl: string;
    readonly chainId: number;
    /** CAIP-2 */
    readonly network: string;
    readonly token: { address: string; name: string; symbol: string; decimals: number; version: string };
    /** The payment router for the token, the registry it reads prices from, and who writes prices there. */
    readonly router: { readonly address: string; readonly registry: string; readonly registrar: EvmAccount };
    /** What agents pay in, with a router and a registry of its own; `owner` writes prices. */
    readonly mnee: {
      readonly address: string;
      readonly symbol: string;
      readonly decimals: number;
      readonly router: string;
      readonly registry: string;
      readonly owner: EvmAccount;
    };
    readonly deployer: EvmAccount;
    /** Holds the operator's float, which pays sellers on this chain. */
    readonly operator: EvmAccount;
    readonly facilitator: EvmAccount;
    readonly demoUser: EvmAccount;
    readonly sellers: Readonly<Record<Seller, EvmAccount>>;
  };
  readonly solana: {
    readonly rpcUrl: string;
    readonly mint: { address: string; symbol: string; decimals: number };
    readonly faucet: SolanaAccount;
    readonly escrow: SolanaAccount;
    readonly facilitator: SolanaAccount;
    readonly demoUser: SolanaAccount;
    readonly sellers: Readonly<Record<Seller, SolanaAccount>>;
  };
  /** CAIP-2 of the local Solana chain, from its genesis hash. */
  readonly solanaNetwork: string;
  /** The same network's name in x402 v1. */
  readonly solanaNetworkV1: string;
  /** What the engine pays with, in the shape of its asset book. */
  readonly assets: readonly Asset[];
}

export interface LocalKeys {
  readonly evm: {
    deployer: Wallet;
    registrar: Wallet;
    mneeOwner: Wallet;
    operator: Wallet;
    facilitator: Wallet;
    demoUser: Wallet;
    sellers: Record<Seller, Wallet>;
  };
  readonly solana: {
    faucet: Keypair;
    mint: Keypair;
    escrow: Keypair;
    facilitator: Keypair;
    demoUser: Keypair;
    sellers: Record<Seller, Keypair>;
  };
}

/** All keys of the local stack, derived from one seed. `escrow` takes a given keypair instead of the derived one. */
export function deriveLocalKeys(seed: Uint8Array, given: { escrow?: Keypair | undefined } = {}): LocalKeys {
  const perSeller = <Key>(derive: (role: string) => Key): Record<Seller, Key> => ({
    market: derive('seller/market'),
    studio: derive('seller/studio'),
    travel: derive('seller/travel'),
  });
  return {
    evm: {
      deployer: evmWallet(seed, 'deployer'),
      registrar: evmWallet(seed, 'registrar'),
      mneeOwner: evmWallet(seed, 'mnee-owner'),
      operator: evmWallet(seed, 'operator'),
      facilitator: evmWallet(seed, 'facilitator'),
      demoUser: evmWallet(seed, 'demo-user'),
      sellers: perSeller((role) => evmWallet(seed, role)),
    },
    solana: {
      faucet: solanaKeypair(seed, 'faucet'),
      mint: solanaKeypair(seed, 'usdc-mint'),
      escrow: given.escrow ?? solanaKeypair(seed, 'escrow'),
      facilitator: solanaKeypair(seed, 'facilitator'),
      demoUser: solanaKeypair(seed, 'demo-user'),
      sellers: perSeller((role) => solanaKeypair(seed, role)),
    },
  };
}
