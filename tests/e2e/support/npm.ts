import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../../workflows/support/run.ts';
import { descendantsOf, type Seen } from './process-tree.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A command of package.json, running as a user runs it. */
export interface Running {
  pid: number;
  /** Both streams so far. */
  said(): string;
  /** Every process it has been seen to start. */
  started: Map<number, Seen>;
  exited: Promise<number | null>;
  /** Resolves when it has said this; fails when it ends first. */
  untilSaid(what: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
}

const LOOK_MS = 50;

/** `npm run <script> -- <args>` with none of the servers that the tests may have been given. */
export function npm(script: string, args: string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
      LOG_LEVEL: 'info',
      LLM_PROVIDER: 'offline',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid!;
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  const started = new Map<number, Seen>();
  const look = setInterval(() => descendantsOf(pid).forEach((seen) => started.set(seen.pid, seen)), LOOK_MS);
  let ended = false;
  const exited = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      ended = true;
      clearInterval(look);
      resolve(code);
    }),
  );
  return {
    pid,
    said: () => text,
    started,
    exited,
    async untilSaid(what, timeoutMs = 90_000) {
      const said = (): boolean => what.test(text);
      await until(() => said() || ended, `${script} says ${what}; it said:\n${text}`, timeoutMs);
      if (!said()) throw new Error(`${script} ended without saying ${what}; it said:\n${text}`);
      return what.exec(text)!;
    },
  };
}
