import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { beginningOf, isAlive } from '../processes/pid.ts';

/** What stands in `stack.env` besides the settings. */
export interface StackFacts {
  /** Where the API of this stack listens, or will when it is started with this file. */
  api: string;
  /** Set where the API is a process of its own that takes its port from this file. */
  port?: number | undefined;
  standIns: ReadonlySet<string>;
  temporalCli: string | undefined;
}

/** A stack as its `stack.env` tells it. */
export interface StackFile extends StackFacts {
  dir: string;
  /** The settings, as processes that join read them. */
  env: Readonly<Record<string, string | undefined>>;
  /** The process that started it; undefined when that has ended. */
  pid: number | undefined;
}

export const stackFileOf = (dir: string): string => join(resolve(dir), 'stack.env');

/** Undefined where no stack was ever started. */
export function readStackFile(dir: string): StackFile | undefined {
  const file = stackFileOf(dir);
  if (!existsSync(file)) return undefined;
  const {
    API: api = '',
    TEMPORAL_CLI,
    STAND_INS = '',
    STACK_PROCESS,
    ...env
  } = parseEnv(readFileSync(file, 'utf8'));
  return {
    dir: resolve(dir),
    api,
    standIns: new Set(STAND_INS.split(',').filter((name) => name !== '')),
    temporalCli: TEMPORAL_CLI,
    env: { ...env, DATA_DIR: resolve(dir) },
    pid: runningProcess(STACK_PROCESS),
  };
}

function runningProcess(said = ''): number | undefined {
  const [pid, began = ''] = said.split(' ');
  const isRunning =
    pid !== undefined && pid !== '' && isAlive(Number(pid)) && beginningOf(Number(pid)) === began;
  return isRunning ? Number(pid) : undefined;
}
