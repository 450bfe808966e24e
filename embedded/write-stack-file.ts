import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { toEnvironment, type Config } from '../families/config.ts';
import type { Family } from '../families/define.ts';
import { beginningOf } from '../processes/pid.ts';
import { stackFileOf, type StackFacts } from '../scripts/stack-file.ts';
import { shellValue } from './shell-value.ts';

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
