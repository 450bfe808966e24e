import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Child, SpawnOptions } from './child.ts';
import { followOutput, type Output } from './output.ts';
import { signalPid } from '../../processes/pid.ts';
import { LATE, within } from './time-limit.ts';

export interface Launch {
  name: string;
  command: string;
  args: readonly string[];
  options: SpawnOptions;
  stdio: StdioOptions;
}

export interface Launched {
  child: Child;
  handle: ChildProcess;
  output: Output;
  /** True when we asked for its end. */
  isStopping: () => boolean;
}

const STOP_TIMEOUT_MS = 10_000;

/**
 * Each child leads a process group of its own. So Ctrl-C in a terminal reaches us alone, and we decide the order of the
 * end.
 */
export function launch({ name, command, args, options, stdio }: Launch): Launched {
  const handle = spawn(command, args, {
    env: options.env ?? process.env,
    cwd: options.cwd,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    detached: true,
    stdio,
  });
  const output = followOutput(handle, options.logFile);
  let stopping = false;
  const exited = new Promise<number | null>((resolve) => {
    handle.once('exit', (code) => resolve(code));
    // Not once: a signal or message that cannot be delivered is an `error` event, too.
    handle.on('error', () => handle.pid ?? resolve(null));
  });
  const child: Child = {
    name,
    pid: handle.pid ?? 0,
    exited,
    async stop() {
      stopping = true;
      handle.kill(options.stopSignal ?? 'SIGTERM');
      const ended = await within(exited, options.stopTimeoutMs ?? STOP_TIMEOUT_MS);
      if (ended === LATE) signalPid(-child.pid, 'SIGKILL');
      await exited;
    },
  };
  return { child, handle, output, isStopping: () => stopping };
}

/** Resolves when the program runs. For a program that cannot be run, the error names it. */
export async function whenSpawned({ child, handle }: Launched, command: string): Promise<void> {
  await once(handle, 'spawn').catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${child.name}: cannot run ${command}: ${why}`, { cause: error });
  });
}

export function describeExit({ exitCode, signalCode }: ChildProcess): string {
  return exitCode === null ? `signal ${signalCode ?? 'unknown'}` : `exit code ${exitCode}`;
}
