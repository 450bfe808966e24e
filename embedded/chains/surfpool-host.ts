/**
 * A process of its own for the local Solana chain: surfpool is a native addon that blocks while it starts and may crash.
 * Settings come as one JSON argument; the secret seed comes in the environment. Ready message: {type, rpcUrl, wsUrl}.
 */
import { Worker } from 'node:worker_threads';
import { Keypair } from '@solana/web3.js';
import { tellParent } from '../../processes/run-main.ts';
import { parseSeed, solanaKeypair } from './keys.ts';
import { openArchive, type StoredAccount } from './surfpool/archive.ts';
import { forwardPort } from './surfpool/forward.ts';
import { resumePosition } from './surfpool/genesis.ts';
import { loadSurfnet, type Surfnet } from './surfpool/native.ts';
import { startRecorder } from './surfpool/recorder.ts';
import { frontRpc } from './surfpool/rpc-front.ts';
import type { UpstreamData } from './surfpool/upstream.ts';
import { callRpc } from './json-rpc.ts';

export interface SurfpoolHostSettings {
  readonly rpcPort: number;
  readonly wsPort: number;
  readonly slotTimeMs: number;
  readonly stateDirectory?: string | undefined;
}

const SYSTEM_PROGRAM = '11111111111111111111111111111111';
const FAUCET_LAMPORTS = 1_000_000_000_000_000;

function startUpstream(data: UpstreamData): Promise<string> {
  const worker = new Worker(new URL('surfpool/upstream.ts', import.meta.url), { workerData: data });
  return new Promise((resolve, reject) => {
    worker.once('message', (port: number) => resolve(`http://127.0.0.1:${port}`));
    worker.on('error', reject);
  });
}

/**
 * Starts the chain at a position. surfpool takes the slot from upstream at its start, but the block height only at a
 * reset.
 */
async function startAt(remoteRpcUrl: string, slotTimeMs: number, faucet: Keypair): Promise<Surfnet> {
  const surfnet = loadSurfnet().startWithConfig({
    offline: false,
    remoteRpcUrl,
    blockProductionMode: 'clock',
    slotTimeMs,
    payerSecretKey: [...faucet.secretKey],
    airdropSol: 0,
  });
  await callRpc(surfnet.rpcUrl, 'surfnet_resetNetwork');
  return surfnet;
}

function setAccounts(surfnet: Surfnet, accounts: Readonly<Record<string, StoredAccount>>): void {
  for (const [address, account] of Object.entries(accounts)) {
    surfnet.setAccount(address, account.lamports, [...Buffer.from(account.data, 'base64')], account.owner);
  }
}

async function run(settings: SurfpoolHostSettings, seed: Uint8Array): Promise<void> {
  const { slotTimeMs } = settings;
  const archive = settings.stateDirectory ? openArchive(settings.stateDirectory) : undefined;
  const saved = archive?.loadState();
  const faucet = solanaKeypair(seed, 'faucet');
  const position = resumePosition(saved, Date.now(), slotTimeMs);
  const upstream = await startUpstream({ position, history: archive?.loadHistory() ?? [] });
  const surfnet = await startAt(upstream, slotTimeMs, faucet);
  const fresh = {
    [faucet.publicKey.toBase58()]: { lamports: FAUCET_LAMPORTS, owner: SYSTEM_PROGRAM, data: '' },
  };
  setAccounts(surfnet, saved?.accounts ?? fresh);
  const recorder = archive && startRecorder({ surfnet, archive, intervalMs: 50, idleMs: 5000 });
  const rpc = await frontRpc(settings.rpcPort, surfnet.rpcUrl);
  const ws = await forwardPort(settings.wsPort, surfnet.wsUrl);

  const end = async (): Promise<void> => {
    rpc.close();
    ws.close();
    // The process ends whether or not the last state could be written.
    await recorder
      ?.stop(slotTimeMs * 4)
      .catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    surfnet.stop();
    process.exit(0);
  };
  for (const reason of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(reason, () => void end());
  tellParent({
    type: 'ready',
    rpcUrl: `http://127.0.0.1:${rpc.port}`,
    wsUrl: `ws://127.0.0.1:${ws.port}`,
  });
}

await run(
  JSON.parse(process.argv[2] ?? '{}') as SurfpoolHostSettings,
  parseSeed(process.env['STEWARD_LOCAL_SEED'] ?? ''),
);
