import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, signalPid } from '../../embedded/processes/pid.ts';

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
  fell(): Promise<void>;
  /** Only the start. */
  raise(more?: NodeJS.ProcessEnv): Promise<Started>;
  /** SIGSTOP, and SIGCONT after `ms`. */
  freeze(ms: number): Promise<void>;
  /** True when it ended although nobody ended it. */
  fellByItself(): boolean;
}

const GONE_MS = 10_000;

export async function restartable(
  start: (more: NodeJS.ProcessEnv) => Promise<Started>,
): Promise<Restartable> {
  let current = await start({});
  let meant = false;
  let fellByItself = false;
  const watch = async ({ pid, exited }: Started): Promise<void> => {
    meant = false;
    if (exited === undefined) return;
    await exited;
    if (!meant && current.pid === pid) fellByItself = true;
  };
  void watch(current);
  const fell = async (): Promise<void> => {
    meant = true;
    signalPid(current.pid, 'SIGKILL');
    await gone(current.pid);
    await current.exited;
  };
  const raise = async (more: NodeJS.ProcessEnv = {}): Promise<Started> => {
    current = await start(more);
    void watch(current);
    return current;
  };
  return {
    fell,
    raise,
    async kill(more = {}) {
      await fell();
      return raise(more);
    },
    async freeze(ms) {
      signalPid(current.pid, 'SIGSTOP');
      await delay(ms);
      signalPid(current.pid, 'SIGCONT');
    },
    fellByItself: () => fellByItself,
  };
}

async function gone(pid: number): Promise<void> {
  const end = Date.now() + GONE_MS;
  while (isAlive(pid)) {
    if (Date.now() > end) throw new Error(`Process ${pid} lives on after SIGKILL.`);
    await delay(10);
  }
}
