import { z } from 'zod';
import { int } from '../../schemas/core/setting.ts';

const coins = (usual: string) =>
  z
    .string()
    .regex(/^\d{1,20}(\.\d{1,9})?$/, 'a plain decimal number with at most 9 decimals')
    .default(usual);

export const chains = {
  title: 'Chains',
  shape: {
    SOLANA_RPC_URL: z.string().optional().describe('Solana RPC. Unset: the embedded chain.'),
    SOLANA_NETWORK: z
      .enum(['localnet', 'devnet', 'testnet', 'mainnet-beta'])
      .optional()
      .describe('Solana cluster; NETWORK is its fallback.'),
    SOLANA_CAIP2: z
      .string()
      .optional()
      .describe('CAIP-2 id of the cluster; needed for localnet, where it comes from the genesis hash.'),
    ESCROW_KEYPAIR: z
      .string()
      .optional()
      .describe('Escrow account, base64 of the 64-byte secret key (npm run keygen).'),
    ESCROW_ASSETS: z
      .string()
      .optional()
      .describe('Tokens held in escrow besides SOL: CODE:mint:decimals, comma-separated.'),
    WITHDRAWAL_PRICES: z
      .string()
      .optional()
      .describe(
        'What one coin of the chain costs users who pay fee and rent of a withdrawal in a token: CODE:amount, comma-separated. Of other tokens they pay in SOL.',
      ),
    WITHDRAWAL_MINIMUMS: z
      .string()
      .optional()
      .describe(
        'The least that may be withdrawn: CODE:amount, comma-separated. Unset: 0.0001 of each asset.',
      ),
    OPERATOR_COSTS_SOLANA_PER_DAY: coins('1').describe(
      'The most SOL that fees and rents may cost the operator in a day (UTC); 0: nothing.',
    ),
    OPERATOR_COSTS_EVM_PER_DAY: coins('1').describe(
      'The most coins of the EVM chain that gas may cost the operator in a day (UTC); 0: nothing.',
    ),
    EVM_RPC_URL: z.string().optional().describe('EVM RPC. Unset: the embedded chain. Alias: ETH_RPC_URL.'),
    EVM_CHAIN_ID: int(31337, 1).describe('Chain id of EVM_RPC_URL.'),
    EVM_FLOAT_KEY: z
      .string()
      .optional()
      .describe(
        'Private key (hex) of the operator’s account that pays sellers and agents’ services on the EVM chain. Alias: TREASURY_PRIVATE_KEY.',
      ),
    EVM_ROUTER_ADDRESS: z
      .string()
      .regex(/^0x[0-9a-fA-F]{40}$/, '0x and 40 hex digits')
      .optional()
      .describe(
        'Payment router on the EVM chain; unset, nothing is paid through one. Alias: PAYMENT_ROUTER_ADDRESS.',
      ),
    EVM_FEE_BUMP_MS: int(30_000, 1_000).describe(
      'How long a transaction of ours may wait to be mined before higher fees are offered for it.',
    ),
    EVM_ASSETS: z
      .string()
      .optional()
      .describe('Tokens on the EVM chain: CODE:address:decimals, comma-separated.'),
    ASSET_GROUPS: z
      .string()
      .optional()
      .describe(
        'Units that budgets may count several assets in: NAME:decimals:asset|asset with CAIP-19 ids, comma-separated.',
      ),
  },
  aliases: [
    { alias: 'ETH_RPC_URL', name: 'EVM_RPC_URL' },
    { alias: 'PAYMENT_ROUTER_ADDRESS', name: 'EVM_ROUTER_ADDRESS' },
    { alias: 'TREASURY_PRIVATE_KEY', name: 'EVM_FLOAT_KEY' },
    { alias: 'NETWORK', name: 'SOLANA_NETWORK', ifUsable: true },
  ],
};
