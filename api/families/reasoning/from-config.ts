import bs58 from 'bs58';
import { withdrawalTerms } from '../../../domain/payments/withdrawal-terms.ts';
import { runDefaults } from '../../runs/defaults.ts';
import { createFormGuard } from './escrow/form-guard.ts';
import type { EscrowOptions, ReasoningOptions, ReasoningParts } from './options.ts';
import { createProbes } from './probes.ts';

const CHAIN_WAITS = { pollMs: 1000, giveUpMs: 600_000 };
const SECRET_KEY_BYTES = 64;

/** The family's options from the environment. */
export function reasoningOptions({
  config,
  assets,
  planAsset,
  catalogue,
  cut,
  guard,
}: ReasoningParts): ReasoningOptions {
  return {
    taskQueue: config.TASK_QUEUE,
    run: runDefaults(config),
    maxTimeMs: config.MAX_EXECUTION_TIME,
    maxCost: config.MAX_WORKFLOW_COST ?? null,
    planAsset: planAsset.code,
    assets,
    escrow: { ...escrowOptions(config, guard), terms: withdrawalTerms(assets, config) },
    catalogue: catalogue ?? (async () => []),
    ...(cut === undefined ? {} : { cut }),
    probes: createProbes(config),
  };
}

function escrowOptions(
  config: ReasoningParts['config'],
  guard: ReasoningParts['guard'],
): Omit<EscrowOptions, 'terms'> {
  const address = escrowAddress(config.ESCROW_KEYPAIR);
  return {
    address,
    network: config.SOLANA_NETWORK ?? 'devnet',
    defaultAsset: 'SOL',
    waitMs: config.DEPOSIT_WAIT_MS,
    chainWaits: CHAIN_WAITS,
    guard: (guard ?? createFormGuard)(address),
  };
}

/** The public half of the escrow key pair: the last 32 of its 64 bytes. */
function escrowAddress(keypair: string | undefined): string {
  if (keypair === undefined) return '';
  const bytes = Buffer.from(keypair, 'base64');
  if (bytes.length !== SECRET_KEY_BYTES)
    throw new Error(
      'ESCROW_KEYPAIR must be the base64 of a 64-byte Solana secret key: make one with npm run keygen.',
    );
  return bs58.encode(bytes.subarray(SECRET_KEY_BYTES / 2));
}
