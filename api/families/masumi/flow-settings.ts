import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { isFlowSetting } from '../../../domain/masumi/flow-key.ts';
import { isObject } from '../../../domain/json.ts';

/** AGENT_IDENTIFIER_* and PRICE_* of the environment and of a file that may change at any time; the file wins. */
export type FlowSettings = () => Readonly<Record<string, string>>;

const LOOK_EVERY_MS = 1000;

/** Reads the file again when it has changed; one that cannot be read leaves what was read last, and `warn` says so. */
export function createFlowSettings(
  environment: Readonly<Record<string, string>>,
  file: string,
  warn: (message: string) => void,
  now: () => number = Date.now,
): FlowSettings {
  let settings = environment;
  let version = '';
  let lookedAt = -Infinity;
  return () => {
    if (now() - lookedAt < LOOK_EVERY_MS) return settings;
    lookedAt = now();
    const found = versionOf(file);
    if (found === version) return settings;
    version = found;
    try {
      settings = found === '' ? environment : { ...environment, ...readSettings(file) };
    } catch (error) {
      warn(`${file} was not read: ${error instanceof Error ? error.message : String(error)}`);
    }
    return settings;
  };
}

function versionOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.mtimeMs}:${stats.size}:${stats.ino}`;
}

function readSettings(file: string): Record<string, string> {
  // Texts only: an identifier of digits, or one like 1e5, is no number.
  const found: unknown = parse(readFileSync(file, 'utf8'), { schema: 'failsafe' }) ?? {};
  if (!isObject(found)) throw new Error('it must be a mapping of names to values.');
  const entries = Object.entries(found).map(([name, value]: [string, unknown]): [string, string] => {
    if (isFlowSetting(name) && typeof value === 'string') return [name, value];
    throw new Error(`${name} is neither AGENT_IDENTIFIER_<flow key> nor PRICE_<flow key> with a text.`);
  });
  return Object.fromEntries(entries);
}
