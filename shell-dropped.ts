import { readFileSync } from 'node:fs';
import { envName, isFlowSetting } from './domain/masumi/flow-key.ts';

/**
 * Settings whose names the shell that npm runs its scripts in could not have set itself, and may have dropped (dash does,
 * which is `sh` on Debian): `AGENT_IDENTIFIER_-_localhost_8001_hymn_-_`. Linux shows what the shell was started with;
 * elsewhere nothing is found.
 */
export function droppedByShell(env: Record<string, string | undefined>): Record<string, string> {
  if (env['npm_lifecycle_event'] === undefined) return {};
  try {
    const given = readFileSync(`/proc/${process.ppid}/environ`, 'utf8').split('\0');
    return Object.fromEntries(
      given.map(pairOf).filter(([name]) => isDropped(name) && env[name] === undefined),
    );
  } catch {
    return {};
  }
}

function pairOf(text: string): [name: string, value: string] {
  const end = text.indexOf('=');
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
}

const isDropped = (name: string): boolean => isFlowSetting(name) && envName(name) !== name;
