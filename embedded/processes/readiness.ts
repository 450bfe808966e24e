import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { SpawnOptions } from './child.ts';
import { describeExit, type Launched } from './launch.ts';
import { LATE, within } from './time-limit.ts';

const EARLY = Symbol('early');
const READY_TIMEOUT_MS = 60_000;
const LAST_OUTPUT_MS = 500;

/** Waits for the sign of readiness; an end or a delay before it becomes an error that shows the last output. */
export async function becomeReady<Sign>(
  { child, handle, output }: Launched,
  sign: Promise<Sign>,
  options: SpawnOptions,
): Promise<Sign> {
  const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
  const early = child.exited.then((): typeof EARLY => EARLY);
  const first = await within(Promise.race([sign, early]), timeoutMs);
  if (first !== EARLY && first !== LATE) return first;
  if (first === LATE) await child.stop();
  await within(outputEnd(handle), LAST_OUTPUT_MS);
  const why = first === LATE ? `was not ready within ${timeoutMs} ms` : 'ended before it was ready';
  const more = options.logFile ? `\nMore in ${options.logFile}.` : '';
  throw new Error(`${child.name} ${why} (${describeExit(handle)}). Last output:\n${output.tail()}${more}`);
}

/** The content of the `{type: 'ready', ...}` message that a Node child sends to its parent. */
export function readyMessage(handle: ChildProcess): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    handle.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('type' in message)) return;
      if (message.type === 'ready') resolve(Object.fromEntries(Object.entries(message)));
    });
  });
}

async function outputEnd({ stdout, stderr }: ChildProcess): Promise<void> {
  for (const stream of [stdout, stderr]) {
    if (stream && !stream.closed) await once(stream, 'close');
  }
}
