import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { RequestPoint } from '../../domain/crash-points.ts';
import { isStopped } from '../kills/victims.ts';
import { until } from '../workflows/support/run.ts';

/** A process that can be stopped like a suspended machine: it does nothing, and its connections stay open. */
export interface Stoppable {
  url: string;
  pid: number;
  /** Resolves when the process has stopped itself at the point. */
  stopAt(point: RequestPoint): Promise<void>;
  stop(): Promise<void>;
  go(): void;
  kill(): void;
}

/** Another API on the same database and queue, in its own process. Its claims last a second. */
export async function startHost(env: Record<string, string>): Promise<Stoppable> {
  const child = fork(join(import.meta.dirname, 'api-host.ts'), {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LOG_LEVEL: 'silent',
      RATE_LIMIT_PER_MINUTE: '0',
      STEWARD_DATA_KEY: 'a key for tests only',
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: inject('temporalNamespace'),
      ESCROW_ASSETS: 'USDC:4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU:6',
      IDEMPOTENCY_CLAIM_MS: '1000',
      IDEMPOTENCY_WAIT_MS: '500',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { url } = await message<{ url: string }>(child);
  const pid = child.pid!;
  return {
    url,
    pid,
    async stopAt(point) {
      const stopping = message(child);
      child.send(point);
      await stopping;
      await until(() => isStopped(pid), `the API is stopped at ${point}`);
    },
    async stop() {
      process.kill(pid, 'SIGSTOP');
      await until(() => isStopped(pid), 'the API is stopped');
    },
    go: () => void process.kill(pid, 'SIGCONT'),
    kill: () => void child.kill('SIGKILL'),
  };
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`The API ended with ${code}.`));
    child.once('exit', ended);
    child.once('message', (told) => {
      child.off('exit', ended);
      resolve(told as T);
    });
  });
}
