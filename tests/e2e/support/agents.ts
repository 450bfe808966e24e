import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { createAgent, type Agent } from '../../../demo/purchaser/agent.ts';
import { createWallet, type Wallet } from '../../../demo/purchaser/wallet.ts';
import type { Screen } from '../../../demo/screen.ts';
import { npm, type Running } from './npm.ts';
import { descendantsOf } from './process-tree.ts';

/** `npm start` on any ports, with what a purchaser needs to know of it. */
export interface Shop {
  url: string;
  agent(key: string): Agent;
  wallet: Wallet;
  stop(): Promise<void>;
}

export async function openShop(data: string): Promise<Shop> {
  const start: Running = npm('start', ['--any-ports', '--data', data]);
  const url = (await start.untilSaid(/^ {2}API +(\S+)$/m))[1]!;
  await start.untilSaid(/Ctrl-C stops it/);
  const environment = parseEnv(readFileSync(join(data, 'stack.env'), 'utf8'));
  return {
    url,
    agent: (key) => createAgent(url, key),
    wallet: createWallet({
      url: environment['PAYMENT_SERVICE_URL']!,
      apiKey: environment['PAYMENT_API_KEY']!,
      network: 'Preprod',
    }),
    async stop() {
      const node = descendantsOf(start.pid).find(({ command }) =>
        /^\S*node embedded\/main\.ts/.test(command),
      );
      process.kill(node!.pid, 'SIGTERM');
      await start.exited;
    },
  };
}

/** What would be printed. */
export function quietScreen(): { screen: Screen; lines: string[] } {
  const lines: string[] = [];
  const line = (text: string): void => void lines.push(text);
  return {
    lines,
    screen: { line, title: line, detail: line, table: (rows) => rows.forEach((row) => line(row.join(' '))) },
  };
}
