import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, signalPid } from '../../processes/pid.ts';

/** A process after its start. */
export interface Started {
  pid: number;
  exited?: Promise<unknown>;
}

/** A process that can be killed, stopped, and started again on the same address. */
export interface Restartable {
  /** SIGKILL, then a new start, with more environment. */
  kill(more?: NodeJS.ProcessEnv): Promise<Started>;
  /** Only SIGKILL. */
  killOnly(): Promise<void>;
  /** Only the start. */
  start(more?: NodeJS.ProcessEnv): Promise<Started>;
  /** SIGSTOP, and SIGCONT after `ms`. */
  freeze(ms: number): Promise<void>;
  /** True when it ended although nobody ended it. */
  endedByItself(): boolean;
}

const GONE_MS = 10_000;

export async function restartable(
  launch: (more: NodeJS.ProcessEnv) => Promise<Started>,
): Promise<Restartable> {
  let current = await launch({});
  let meant = false;
  let endedByItself = false;
  const watch = async ({ pid, exited }: Started): Promise<void> => {
    meant = false;
    if (exited === undefined) return;
    await exited;
    if (!meant && current.pid === pid) endedByItself = true;
  };
  void watch(current);
  const killOnly = async (): Promise<void> => {
    meant = true;
    signalPid(current.pid, 'SIGKILL');
    await gone(current.pid);
    await current.exited;
  };
  const start = async (more: NodeJS.ProcessEnv = {}): Promise<Started> => {
    current = await launch(more);
    void watch(current);
    return current;
  };
  return {
    killOnly,
    start,
    async kill(more = {}) {
      await killOnly();
      return start(more);
    },
    async freeze(ms) {
      signalPid(current.pid, 'SIGSTOP');
      await delay(ms);
      signalPid(current.pid, 'SIGCONT');
    },
    endedByItself: () => endedByItself,
  };
}

async function gone(pid: number): Promise<void> {
  const end = Date.now() + GONE_MS;
  while (isAlive(pid)) {
    if (Date.now() > end) throw new Error(`Process ${pid} lives on after SIGKILL.`);
    await delay(10);
  }
}
