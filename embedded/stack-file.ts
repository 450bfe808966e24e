import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { toEnvironment, type Config } from '../families/config.ts';
import type { Family } from '../families/define.ts';
import { beginningOf, isAlive } from './processes/pid.ts';
import { shellValue } from './shell-value.ts';

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

/**
 * What `npm run api`, `npm run worker`, the other commands, curl and the Temporal CLI need to join this stack. Holds keys:
 * owner only. DATA_DIR alone is exported, so that commands of a shell that has sourced the file find this stack.
 */
export function writeStackFile(
  config: Config,
  facts: StackFacts,
  families: readonly Family[] | undefined,
): void {
  const settings = Object.entries(toEnvironment(config, families))
    // What a shell can set, without what is each process's own.
    .filter(([name]) => /^\w+$/.test(name) && !/(_PORT|^PORT|^HOST|DATA_DIR)$/.test(name));
  const short = Object.entries({
    API: facts.api,
    PORT: facts.port === undefined ? undefined : String(facts.port),
    SOL: config.SOLANA_RPC_URL,
    EVM: config.EVM_RPC_URL,
    TEMPORAL_CLI: facts.temporalCli,
    STAND_INS: [...facts.standIns].join(','),
    STACK_PROCESS: `${process.pid} ${beginningOf(process.pid)}`,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const lines = [...settings, ...short].map(([name, value]) => `${name}=${shellValue(value)}`);
  const own = `export DATA_DIR=${shellValue(resolve(config.DATA_DIR))}`;
  writeFileSync(stackFileOf(config.DATA_DIR), `${[...lines, own].join('\n')}\n`, { mode: 0o600 });
}

/** Takes the process out of the file: the stack has ended, and its addresses may become somebody else's. */
export function closeStackFile(dir: string): void {
  const file = stackFileOf(dir);
  if (!existsSync(file)) return;
  const kept = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('STACK_PROCESS='));
  writeFileSync(file, kept.join('\n'), { mode: 0o600 });
}

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
