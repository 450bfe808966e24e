import { join } from 'node:path';
import type { Processes } from '../processes.ts';
import type { SurfpoolHostSettings } from './surfpool-host.ts';

export interface SurfpoolOptions {
  readonly processes: Processes;
  readonly rpcPort: number;
  readonly wsPort: number;
  /** Secret of the installation, 32 bytes; the faucet's key comes from it. */
  readonly seed: Uint8Array;
  /** Where the chain is kept (surfpool/archive.ts says what exactly). Without it the chain is forgotten. */
  readonly stateDirectory?: string | undefined;
  /** Finality comes after 32 slots, a blockhash lives for 150. */
  readonly slotTimeMs?: number | undefined;
  readonly logFile?: string | undefined;
}

export interface RunningSurfpool {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** A local Solana chain in a child process. Close every web3.js websocket on it before stopping it. */
export async function startSurfpool(options: SurfpoolOptions): Promise<RunningSurfpool> {
  const { processes, rpcPort, wsPort, seed, stateDirectory, slotTimeMs = 400 } = options;
  const settings: SurfpoolHostSettings = { rpcPort, wsPort, slotTimeMs, stateDirectory };
  const script = join(import.meta.dirname, 'surfpool-host.ts');
  const child = await processes.spawnNode('surfpool', script, [JSON.stringify(settings)], {
    env: { ...process.env, STEWARD_LOCAL_SEED: Buffer.from(seed).toString('hex') },
    logFile: options.logFile,
  });
  const { rpcUrl, wsUrl } = child.info as { rpcUrl: string; wsUrl: string };
  return { rpcUrl, wsUrl, pid: child.pid, stop: () => child.stop() };
}
