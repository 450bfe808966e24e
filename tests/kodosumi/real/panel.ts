import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { createKodosumi } from '../../../activities/kodosumi/client/kodosumi.ts';
import { freePort } from '../../../embedded/ports.ts';
import type { Child } from '../../../embedded/processes.ts';
import type { Place } from './ray.ts';

export interface Panel {
  url: string;
  kill(): Promise<void>;
  /** Another secret makes every sign-in from before invalid. */
  start(secret?: string): Promise<void>;
}

const READY_MS = 90_000;

/** Kodosumi's server with the flows of `openapi`, ready when it lists them. */
export async function createPanel(place: Place, openapi: string): Promise<Panel> {
  const { processes, python, folder, env } = place;
  const url = `http://127.0.0.1:${await freePort()}`;
  let child: Child | undefined;
  return {
    url,
    kill: async () => await child?.stop(),
    async start(secret = 'the first secret') {
      const args = ['-m', 'kodosumi.cli', 'serve', '--address', url, '--register', openapi];
      child = await processes.spawn('Kodosumi', python, args, {
        env: { ...env, KODO_SECRET_KEY: secret },
        cwd: folder,
        logFile: join(folder, 'panel.log'),
        stopSignal: 'SIGKILL',
      });
      await untilListed(url);
    },
  };
}

async function untilListed(url: string): Promise<void> {
  const kodosumi = createKodosumi({ url, username: 'admin', password: 'admin', timeoutMs: 5000 });
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(200)) {
    const flows = await kodosumi.flows().catch(() => []);
    if (flows.length > 100) return;
  }
  throw new Error(`Kodosumi did not list its flows within ${READY_MS / 1000} s.`);
}
