import { readdirSync, readFileSync } from 'node:fs';
import { beginningOf, isAlive, parentOf } from '../../../processes/pid.ts';

/** A process, told apart from a later one with the same pid. */
export interface Seen {
  pid: number;
  began: string;
  command: string;
}

/** Every process that a process has started, and what those have started, from /proc. */
export function descendantsOf(pid: number): Seen[] {
  const children = Map.groupBy(allProcesses(), ({ parent }) => parent);
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [child.pid, ...below(child.pid)]);
  return below(pid).map((child) => ({
    pid: child,
    began: beginningOf(child),
    command: read(child, 'cmdline').replaceAll('\0', ' '),
  }));
}

export const stillThere = (seen: readonly Seen[]): Seen[] =>
  seen.filter(({ pid, began }) => isAlive(pid) && beginningOf(pid) === began);

function allProcesses(): { pid: number; parent: number | undefined }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((name) => ({ pid: Number(name), parent: parentOf(Number(name)) }));
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}
