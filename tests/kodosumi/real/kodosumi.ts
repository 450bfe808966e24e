import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../embedded/downloads.ts';
import { freePort } from '../../../embedded/ports.ts';
import { createProcesses } from '../../../embedded/processes.ts';
import type { KodosumiTarget } from '../target.ts';
import { createPanel, type Panel } from './panel.ts';
import { startRay, type Place } from './ray.ts';

export interface RealKodosumi {
  target: KodosumiTarget;
  panel: Panel;
  /** Ends a run's process, and nobody is told. */
  killActor(fid: string): Promise<void>;
  stop(): Promise<void>;
}

const FLOWS = join(import.meta.dirname, 'flows');
const LONGEST_TMP = 40;
const KILL_ACTOR = 'import ray, sys; ray.init(namespace="kodosumi"); ray.kill(ray.get_actor(sys.argv[1]))';

/** Ray, the spooler, the flows and Kodosumi's server, in a folder of their own. */
export async function startKodosumi(python: string): Promise<RealKodosumi> {
  const folder = mkdtempSync(join(tmpdir().length > LONGEST_TMP ? '/tmp' : tmpdir(), 'kodo-'));
  const processes = createProcesses({ log: () => undefined });
  const env = {
    ...process.env,
    PYTHONPATH: FLOWS,
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
  };
  const stop = async (): Promise<void> => {
    await processes.stopAll();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  try {
    const ray = await startRay({ processes, python, folder, env });
    const place: Place = {
      processes,
      python,
      folder,
      env: { ...env, RAY_ADDRESS: ray, KODO_RAY_SERVER: ray },
    };
    const openapi = await startFlows(place);
    const panel = await createPanel(place, openapi);
    await panel.start();
    const target = {
      url: panel.url,
      username: 'admin',
      password: 'admin',
      appearMs: 8000,
      patienceMs: 90_000,
    };
    const killActor = async (fid: string): Promise<void> => {
      await run(python, ['-c', KILL_ACTOR, fid], { timeoutMs: 60_000, env: place.env });
    };
    return { target, panel, killActor, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The spooler, and a server of the flows. Answers where they are described. */
async function startFlows({ processes, python, folder, env }: Place): Promise<string> {
  const common = { env, cwd: folder, stopSignal: 'SIGKILL' } as const;
  await processes.spawn('spooler', python, ['-m', 'kodosumi.cli', 'spool', '--block'], {
    ...common,
    logFile: join(folder, 'spooler.log'),
  });
  const port = await freePort();
  const args = ['-m', 'uvicorn', 'steward_flows:app', '--host', '127.0.0.1', '--port', String(port)];
  await processes.spawn('flows', python, args, {
    ...common,
    readyWhen: /startup complete/,
    logFile: join(folder, 'flows.log'),
  });
  return `http://127.0.0.1:${port}/openapi.json`;
}
