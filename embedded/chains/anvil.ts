import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Processes } from '../processes.ts';
import { startBlockTicker } from './anvil/ticker.ts';

export interface AnvilOptions {
  readonly processes: Processes;
  readonly port: number;
  /** Where the chain is kept. Without it the chain is forgotten. */
  readonly stateFile?: string | undefined;
  readonly chainId?: number | undefined;
  /** The distance of the blocks that finalize a transaction. 0 means automine only, as tests of reorgs want. */
  readonly blockTimeMs?: number | undefined;
  readonly heartbeatMs?: number | undefined;
  readonly logFile?: string | undefined;
}

export interface RunningAnvil {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly pid: number;
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);

/** The anvil binary, which its registry package carries for each platform. */
export function anvilPath(platform: string = process.platform, arch: string = process.arch): string {
  const name = `@foundry-rs/anvil-${platform}-${arch === 'x64' ? 'amd64' : arch}`;
  try {
    const root = dirname(require.resolve(`${name}/package.json`));
    return join(root, 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil');
  } catch (cause) {
    throw new Error(`${name} is not installed: run npm install, or set EVM_RPC_URL to another chain`, {
      cause,
    });
  }
}

/**
 * A local EVM chain. Transactions are mined at once and finalized about two `blockTimeMs` later (an epoch is one
 * slot). With a state file accounts, blocks, logs and receipts survive; it is written every second and at the end, so a
 * SIGKILL loses at most the last second.
 */
export async function startAnvil(options: AnvilOptions): Promise<RunningAnvil> {
  const { processes, port, stateFile, chainId = 31337, blockTimeMs = 1000, heartbeatMs = 15_000 } = options;
  const args = ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chainId)];
  args.push('--accounts', '1', '--slots-in-an-epoch', '1');
  if (stateFile) args.push('--state', stateFile, '--state-interval', '1');
  const child = await processes.spawn('anvil', anvilPath(), args, {
    readyWhen: /Listening on 127\.0\.0\.1:\d+/,
    logFile: options.logFile,
  });
  const rpcUrl = `http://127.0.0.1:${port}`;
  const ticker = blockTimeMs > 0 ? startBlockTicker({ rpcUrl, blockTimeMs, heartbeatMs }) : undefined;
  const stop = async (): Promise<void> => {
    ticker?.stop();
    await child.stop();
  };
  return { rpcUrl, chainId, pid: child.pid, stop };
}
