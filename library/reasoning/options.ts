import type { Keypair } from '@solana/web3.js';
import { loadConfig, settings, type Config } from '../../families/config.ts';

/** The original's constructor options; what they do not say comes from the environment (.env.example). */
export interface WorkflowManagerOptions {
  /** Plans with Claude; without it by the offline rules. */
  anthropicApiKey?: string | undefined;
  registryUrl: string;
  solanaRpcUrl: string;
  network: 'mainnet-beta' | 'devnet' | 'testnet';
  escrowKeypair: Keypair;
  facilitatorUrl?: string | undefined;
  /** Ignored: state is in PostgreSQL and Temporal. */
  redisUrl?: string | undefined;
}

const isPort = (name: string): boolean => name.endsWith('_PORT');

/** The configuration of a process that serves one program: loopback only, on whatever ports are free. */
export function libraryConfig(options: WorkflowManagerOptions): Config {
  loadConfig(); // takes in .env
  const { env } = process;
  const freePorts = Object.fromEntries(
    Object.keys(settings.shape)
      .filter(isPort)
      .map((name) => [name, env[name] ?? '0']),
  );
  return loadConfig({
    ...env,
    ...freePorts,
    ...given(options),
    PORT: '0',
    HOST: '127.0.0.1',
    AUTH: 'off',
    RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: env['LOG_LEVEL'] ?? 'warn',
  });
}

function given({
  anthropicApiKey,
  facilitatorUrl,
  ...options
}: WorkflowManagerOptions): Record<string, string> {
  return {
    ...(anthropicApiKey === undefined ? {} : { ANTHROPIC_API_KEY: anthropicApiKey }),
    ...(facilitatorUrl === undefined ? {} : { FACILITATOR_URL: facilitatorUrl }),
    REGISTRY_URL: options.registryUrl,
    SOLANA_RPC_URL: options.solanaRpcUrl,
    SOLANA_NETWORK: options.network,
    ESCROW_KEYPAIR: Buffer.from(options.escrowKeypair.secretKey).toString('base64'),
  };
}
