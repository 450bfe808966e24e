import { createRequire } from 'node:module';

/** What we use of surfpool's N-API class; its package ships no types. Lamports and slots travel as numbers there. */
export interface Surfnet {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  stop(): void;
  drainEvents(): SurfnetEvent[];
  setAccount(address: string, lamports: number, data: number[], owner: string): void;
}

export interface SurfnetEvent {
  readonly kind: string;
  readonly transactionSignature?: string;
}

interface SurfnetConfig {
  readonly offline: boolean;
  readonly remoteRpcUrl: string;
  readonly blockProductionMode: 'clock';
  readonly slotTimeMs: number;
  readonly payerSecretKey: number[];
  readonly airdropSol: number;
}

interface SurfpoolModule {
  readonly Surfnet: { startWithConfig(config: SurfnetConfig): Surfnet };
}

const require = createRequire(import.meta.url);

export function surfpoolPackage(platform: string = process.platform, arch: string = process.arch): string {
  return `@solana/surfpool-${platform}-${arch}${platform === 'linux' ? '-gnu' : ''}`;
}

export function loadSurfnet(): SurfpoolModule['Surfnet'] {
  const name = surfpoolPackage();
  try {
    return (require(name) as SurfpoolModule).Surfnet;
  } catch (cause) {
    throw new Error(`${name} cannot be loaded: run npm install, or set SOLANA_RPC_URL to another chain`, {
      cause,
    });
  }
}
