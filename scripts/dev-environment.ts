import type { Config } from '../config.ts';

/** A configuration as the environment of a process that will read it. Unset settings stay unset. */
export function toEnvironment(config: Config): Record<string, string> {
  const set = Object.entries(config).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}
