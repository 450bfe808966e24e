import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Log } from './child.ts';
import { beginningOf } from '../../processes/pid.ts';

/** One line of JSON on the guardian's standard input. */
export type GuardianOrder =
  | { do: 'watch'; pid: number; signal: NodeJS.Signals; began: string }
  | { do: 'forget'; pid: number };

export interface GuardianLink {
  /** Call it before the first process is started, so that no moment is unguarded. */
  open(): void;
  watch(pid: number, signal: NodeJS.Signals): void;
  forget(pid: number): void;
  /** Lets the guardian go. It ends by itself what it still watches. */
  close(): void;
}

const GUARDIAN = join(import.meta.dirname, '..', 'guardian.ts');

/** Our side of the guardian: orders go over its standard input, which closes when we end, however we end. */
export function createGuardianLink({ graceMs, log }: { graceMs: number; log: Log }): GuardianLink {
  let input: Socket | undefined;

  function connect(): Socket {
    const guardian = spawn(process.execPath, [GUARDIAN, String(graceMs)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
      env: {},
    });
    const { stdin } = guardian;
    if (!(stdin instanceof Socket)) throw new Error('the guardian process has no standard input');
    stdin.on('error', () => undefined);
    stdin.unref();
    guardian.on('error', (error) =>
      log(`no guardian (${error.message}): if this process is killed, its children stay`),
    );
    guardian.on(
      'exit',
      () => input === stdin && log('the guardian ended: if this process is killed, its children stay'),
    );
    guardian.unref();
    return stdin;
  }

  function tell(order: GuardianOrder): void {
    input?.write(`${JSON.stringify(order)}\n`);
  }

  return {
    open() {
      input ??= connect();
    },
    watch: (pid, signal) => tell({ do: 'watch', pid, signal, began: beginningOf(pid) }),
    forget: (pid) => tell({ do: 'forget', pid }),
    close() {
      input?.end();
      input = undefined;
    },
  };
}
