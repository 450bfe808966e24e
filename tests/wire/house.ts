import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { npm, type Running } from '../e2e/support/npm.ts';
import { stillThere } from '../e2e/support/process-tree.ts';
import { until } from '../workflows/support/run.ts';
import { send } from './send.ts';

/**
 * The whole of Steward as its commands start it, with real servers, local chains and the stand-ins. Nothing is imported from
 * inside, so that the recordings can be asked of any shape of the code.
 */
export interface House {
  /** Without keys. */
  open: string;
  /** The same installation by another process, which wants keys and counts requests. */
  guarded: string;
  adminKey: string;
  /** Resolves when the user `rich` has 3 USDC, deposited as a user would. */
  funded(): Promise<void>;
  /** What a sample service costs from now on. */
  setPrice(service: string, price: string): Promise<void>;
  /** The purchaser's money arrives at the payment service. */
  lockFunds(blockchainIdentifier: string): Promise<void>;
  close(): Promise<void>;
}

/** Starting takes ten seconds, and much longer on a machine that has much else to do. */
const PATIENCE_MS = 240_000;
export const RATE_LIMIT = 60;
const ADMIN_KEY = `sk_wireadmin_${'0123456789abcdef'.repeat(3)}`;

export async function openHouse(folder: string): Promise<House> {
  const data = join(folder, 'data');
  const stack = npm('start', ['--any-ports', '--data', data], {
    RATE_LIMIT_PER_MINUTE: '0',
    MASUMI_WATCH_EVERY_MS: '200',
    AUDIT_ANCHOR_EVERY_MS: '0',
    RECONCILE_BOOKS_EVERY_MS: '0',
  });
  const told = async (what: RegExp): Promise<string> => (await stack.untilSaid(what))[1]!;
  await stack.untilSaid(/Ctrl-C stops it/, PATIENCE_MS);
  const [open, services, payments] = [
    await told(/^ {2}API +(http\S+)$/m),
    await told(/^ {2}Sample services +(http:\/\/[^/\s]+)/m),
    await told(/^ {2}Masumi payments +(http:\/\/[^/\s]+)/m),
  ];
  const fund = npm('fund', ['rich', '3', '--data', data, '--api', open]);
  const guard = npm('api', [], {
    ...parseEnv(readFileSync(join(data, 'stack.env'), 'utf8')),
    PORT: '0',
    AUTH: 'on',
    STEWARD_ADMIN_KEY: ADMIN_KEY,
    RATE_LIMIT_PER_MINUTE: String(RATE_LIMIT),
  });
  const guarded = (await guard.untilSaid(/"url":"(http:[^"]+)"/, PATIENCE_MS))[1]!;
  return {
    open,
    guarded,
    adminKey: ADMIN_KEY,
    async funded() {
      if ((await fund.exited) !== 0) throw new Error(`There is no money: ${fund.said()}`);
    },
    setPrice: (id, price) => tell(services, '/_control/price', { id, price }),
    lockFunds: (blockchainIdentifier) => tell(payments, '/stand-in/lock-funds', { blockchainIdentifier }),
    close: () => closeAll({ stack, guard }),
  };
}

async function tell(url: string, path: string, body: object): Promise<void> {
  const { status, text } = await send(url, { method: 'POST', path, headers: {}, body: JSON.stringify(body) });
  if (status !== 200) throw new Error(`POST ${path}: ${status} ${text}`);
}

/** The stack notices that npm is gone and ends in order; the API is told. What is still there is ended by its process id. */
async function closeAll({ stack, guard }: { stack: Running; guard: Running }): Promise<void> {
  for (const { pid } of stillThere([...guard.started.values()])) process.kill(pid, 'SIGTERM');
  await guard.exited;
  process.kill(stack.pid, 'SIGKILL');
  const begun = [...stack.started.values()];
  await until(() => stillThere(begun).length === 0, 'the stack has ended').catch(() => undefined);
  for (const { pid } of stillThere(begun)) process.kill(pid, 'SIGKILL');
}
