import type { StdioOptions } from 'node:child_process';
import { createGuardianLink } from './processes/guardian-link.ts';
import { describeExit, launch, whenSpawned, type Launch, type Launched } from './processes/launch.ts';
import { signalPid } from './processes/pid.ts';
import { becomeReady, readyMessage } from './processes/readiness.ts';

/** Where the embedded parts say what they do: one sentence a call. */
export type Log = (message: string) => void;

export interface SpawnOptions {
  env?: NodeJS.ProcessEnv | undefined;
  cwd?: string | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  /** The line, on either stream, that says the process can be used; without it, started is ready. */
  readyWhen?: RegExp | undefined;
  readyTimeoutMs?: number | undefined;
  /** A file that gets a copy of both streams. */
  logFile?: string | undefined;
  stopSignal?: NodeJS.Signals | undefined;
  /** How long a stop waits before SIGKILL. */
  stopTimeoutMs?: number | undefined;
}

export interface Child {
  name: string;
  pid: number;
  /** The exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  stop: () => Promise<void>;
}

/** `info`: what the child sent along with `{type: 'ready'}`. */
export type NodeChild = Child & { info: Record<string, unknown> };

export interface Processes {
  spawn(name: string, command: string, args: readonly string[], options?: SpawnOptions): Promise<Child>;
  /** A script run by this same Node. Ready when it sends `{type: 'ready', ...info}` to its parent. */
  spawnNode(
    name: string,
    script: string,
    args?: readonly string[],
    options?: Omit<SpawnOptions, 'readyWhen'>,
  ): Promise<NodeChild>;
  /** Ends everything, the last started first. */
  stopAll(): Promise<void>;
}

/** Runs child processes that end with us: in reverse order on `stopAll`, and through the guardian when we are killed. */
export function createProcesses({ log, graceMs = 5000 }: { log: Log; graceMs?: number }): Processes {
  const running: Child[] = [];
  const guardian = createGuardianLink({ graceMs, log });

  async function start(wanted: Launch): Promise<Launched> {
    guardian.open();
    const launched = launch(wanted);
    const { child, handle, isStopping } = launched;
    if (child.pid) guardian.watch(child.pid, wanted.options.stopSignal ?? 'SIGTERM');
    await whenSpawned(launched, wanted.command);
    running.push(child);
    handle.once('exit', () => {
      guardian.forget(child.pid);
      // What the process itself had started and left behind goes with it.
      signalPid(-child.pid, 'SIGKILL');
      running.splice(running.indexOf(child), 1);
      if (!isStopping()) log(`${child.name} ended by itself (${describeExit(handle)})`);
    });
    return launched;
  }

  return {
    async spawn(name, command, args, options = {}) {
      const launched = await start({ name, command, args, options, stdio: ['ignore', 'pipe', 'pipe'] });
      if (options.readyWhen)
        await becomeReady(launched, launched.output.whenLine(options.readyWhen), options);
      return launched.child;
    },
    async spawnNode(name, script, args = [], options = {}) {
      const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
      const command = process.execPath;
      const launched = await start({ name, command, args: [script, ...args], options, stdio });
      const info = await becomeReady(launched, readyMessage(launched.handle), options);
      return Object.assign(launched.child, { info });
    },
    async stopAll() {
      while (running.length > 0) await running.at(-1)?.stop();
      guardian.close();
    },
  };
}
