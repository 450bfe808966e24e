import { createReceiptSigner } from '../api/receipts/key.ts';
import { createSealer } from '../db/sealing.ts';
import { describeError } from '../domain/errors.ts';
import { loadConfig, type Config } from '../families/config.ts';
import { ReceiptKey } from '../schemas/core/receipt.ts';
import { readStackFile, type StackFile } from './stack-file.ts';

/** The running stack of a data folder. */
export interface LocalStack extends StackFile {
  config: Config;
  pid: number;
}

const TIMEOUT_MS = 5000;

/** The stack of this folder when it runs; undefined when there is none, or it was stopped. */
export function runningStack(dir: string): LocalStack | undefined {
  const file = readStackFile(dir);
  if (file?.pid === undefined) return undefined;
  return { ...file, pid: file.pid, config: loadConfig(file.env) };
}

/** The same for those who cannot do without it. */
export function requireStack(dir: string, orElse = ''): LocalStack {
  const stack = runningStack(dir);
  if (stack !== undefined) return stack;
  const what =
    readStackFile(dir) === undefined
      ? `There is no local stack in ${dir}.`
      : `The local stack of ${dir} is not running, so nothing at its addresses is asked.`;
  const start = `npm start${dir === 'data' ? '' : ` -- --data ${dir}`}`;
  const others = orElse === '' ? '' : `, ${orElse}`;
  throw new Error(
    `${what} Start it with ${start}, or name the folder of the one that runs with --data (DATA_DIR)${others}.`,
  );
}

/**
 * Refuses an API that is another installation's: one stack's ports may be taken by another one. Both know the public key of
 * receipts, which is made from the folder's own secret.
 */
export async function requireOwnApi(stack: LocalStack, url = stack.api): Promise<string> {
  const answer = await fetch(new URL('/receipts/key', url), {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Error(
      `No answer from ${url}, the API of the local stack of ${stack.dir} (${describeError(cause)}). Is it running? npm run api starts it; --api names another address of it.`,
      { cause },
    );
  });
  const key = ReceiptKey.safeParse(await answer.json().catch(() => undefined));
  if (!answer.ok || key.data?.public_key !== keyOf(stack)) throw notOurs(stack, url);
  return url;
}

const keyOf = ({ config: { STEWARD_DATA_KEY: key } }: LocalStack): string | undefined =>
  key === undefined ? undefined : createReceiptSigner(createSealer(key)).key.public_key;

const notOurs = ({ dir }: LocalStack, url: string): Error =>
  new Error(
    `What answers at ${url} is not the local stack of ${dir}: nothing was sent to it. Name that stack's folder with --data (DATA_DIR), or the address of this one with --api.`,
  );
