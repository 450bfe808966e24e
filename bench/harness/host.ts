import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';

/** What a host process can be asked, by name; arguments and answers travel as JSON. */
export type Commands = { readonly [name: string]: (args: never) => Promise<unknown> };

interface Request {
  id: number;
  command: string;
  args: unknown;
}

type Answer = { id: number; result: unknown } | { id: number; error: string };

/** In a host process: answers the bench's requests; when the bench is gone, `end` is called. */
export function serve(commands: Commands, ready: object, end: () => Promise<void>): void {
  const answer = async ({ id, command, args }: Request): Promise<void> => {
    try {
      const result = await commands[command]!(args as never);
      process.send?.({ id, result } satisfies Answer);
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Answer);
    }
  };
  process.on('message', (message) => void answer(message as Request));
  let ending = false;
  const finish = (): void => {
    if (ending) return;
    ending = true;
    void end().finally(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'disconnect'] as const) process.once(signal, finish);
  process.on('SIGINT', () => undefined); // Ctrl-C reaches the bench, which ends us in order
  process.send?.({ type: 'ready', ...ready });
}

/** A running host process. `info` is what it said when it was ready. */
export interface Host<Info> {
  pid: number;
  info: Info;
  ask<T>(command: string, args?: unknown): Promise<T>;
  stop(): Promise<void>;
}

export interface HostOptions {
  settings?: object;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  logFile: string;
}

/** Starts one of the scripts beside `main.ts`; its output goes to a file. */
export async function startHost<Info>(script: string, options: HostOptions): Promise<Host<Info>> {
  const log = openSync(options.logFile, 'a');
  const child = fork(new URL(`../${script}`, import.meta.url), [JSON.stringify(options.settings ?? {})], {
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['ignore', log, log, 'ipc'],
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const dead = (): Error => new Error(`${script} ended; its log is ${options.logFile}`);
  child.once('exit', () => waiting.forEach(({ reject }) => reject(dead())));
  const info = await new Promise<Info>((resolve, reject) => {
    child.once('exit', () => reject(dead()));
    child.on('message', (message: Answer | ({ type: 'ready' } & Info)) => {
      if ('type' in message) return resolve(message);
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if ('error' in message) asked?.reject(new Error(`${script}: ${message.error}`));
      else asked?.resolve(message.result);
    });
  });
  let asked = 0;
  return {
    pid: child.pid!,
    info,
    ask: <T>(command: string, args: unknown = {}) =>
      new Promise<unknown>((resolve, reject) => {
        const id = (asked += 1);
        waiting.set(id, { resolve, reject });
        child.send({ id, command, args } satisfies Request);
      }) as Promise<T>,
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await exited;
  clearTimeout(late);
}
