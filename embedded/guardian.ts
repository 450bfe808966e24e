/**
 * A process that outlives its parent for a moment. The parent's end of the pipe closes when the parent ends, even by
 * SIGKILL. Everything that the parent was running is ended then. Arguments: [milliseconds of grace].
 */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { beginningOf, isAlive, signalPid } from '../processes/pid.ts';
import type { GuardianOrder } from './processes/guardian-link.ts';

const graceMs = Number(process.argv[2] ?? 5000);
const watched = new Map<number, { signal: NodeJS.Signals; began: string }>();

function isStillThere(pid: number): boolean {
  return isAlive(pid) && beginningOf(pid) === watched.get(pid)?.began;
}

async function endAll(): Promise<void> {
  const pids = [...watched.keys()].toReversed().filter(isStillThere);
  for (const pid of pids) signalPid(pid, watched.get(pid)?.signal ?? 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (pids.some(isStillThere) && Date.now() < deadline) await delay(25);
  for (const pid of pids) signalPid(-pid, 'SIGKILL');
}

// A Ctrl-C or a kill meant for the parent must not end the guardian first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

try {
  for await (const line of createInterface({ input: process.stdin })) {
    const order: GuardianOrder = JSON.parse(line);
    if (order.do === 'watch') watched.set(order.pid, { signal: order.signal, began: order.began });
    else watched.delete(order.pid);
  }
} finally {
  await endAll(); // even when the pipe breaks
}
