import { join } from 'node:path';
import { freePort } from '../../../embedded/ports.ts';
import type { Processes } from '../../../embedded/processes.ts';

export interface Place {
  processes: Processes;
  /** A Python with Kodosumi. */
  python: string;
  /** Short: sockets live below it, and their paths may have 107 characters. */
  folder: string;
  env: NodeJS.ProcessEnv;
}

/**
 * Ray with everything of its own, on ports that were free. Its dashboard is needed: Kodosumi's spooler asks it which
 * actors there are, and without it no run ever appears. Answers Ray's address.
 */
export async function startRay({ processes, python, folder, env }: Place): Promise<string> {
  const [port, client, dashboard, agent] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const args = {
    '--port': port,
    '--ray-client-server-port': client,
    '--dashboard-port': dashboard,
    '--dashboard-agent-listen-port': agent,
    '--min-worker-port': 0, // any; its usual range holds ours
    '--max-worker-port': 0,
    '--node-ip-address': '127.0.0.1',
    '--dashboard-host': '127.0.0.1',
    '--include-dashboard': 'true',
    '--include-log-monitor': 'false',
    '--temp-dir': join(folder, 'ray'),
    '--num-cpus': 8, // its actors wait more than they work
    '--object-store-memory': 100_000_000,
  };
  const flags = Object.entries(args).map(([name, value]) => `${name}=${value}`);
  const ray = join(python, '..', 'ray');
  await processes.spawn('Ray', ray, ['start', '--head', '--block', '--disable-usage-stats', ...flags], {
    env,
    cwd: folder,
    readyWhen: /Ray runtime started/,
    readyTimeoutMs: 120_000,
    logFile: join(folder, 'ray.log'),
    stopSignal: 'SIGKILL', // asked politely it drains for half a minute
  });
  return `127.0.0.1:${port}`;
}
