import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const WITH_PARENT = join(import.meta.dirname, 'dev-with-parent.ts');
const STOP_MS = 15_000;

export interface DevApplication {
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface DevOptions {
  scripts: readonly string[];
  env: NodeJS.ProcessEnv;
  log: (message: string) => void;
}

/**
 * The API and a worker as in production, each a process that can be replaced. A process that ends by itself waits for a
 * change.
 */
export function createDevApplication({ scripts, env, log }: DevOptions): DevApplication {
  let running: ChildProcess[] = [];
  let queue = Promise.resolve();

  function start(script: string): ChildProcess {
    const child = spawn(process.execPath, ['--import', WITH_PARENT, join(ROOT, script)], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('error', (error) => log(`${script}: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (running.includes(child))
        log(`${script} ended (${code ?? signal}); it starts again after the next change`);
    });
    return child;
  }

  async function end(): Promise<void> {
    const ending = running;
    running = [];
    await Promise.all(ending.map(endOne));
  }

  return {
    restart() {
      queue = queue.then(end).then(() => void (running = scripts.map(start)));
      return queue;
    },
    stop() {
      queue = queue.then(end);
      return queue;
    },
  };
}

async function endOne(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const limit = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  child.kill('SIGTERM');
  await once(child, 'exit');
  clearTimeout(limit);
}
