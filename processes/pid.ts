import { readFileSync } from 'node:fs';

/** The fields of `/proc/<pid>/stat` after the command name; undefined when there is no such process, or no /proc. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/**
 * When the process began (kernel ticks). It tells the process from a later one with the same pid. Empty without /proc.
 */
export function beginningOf(pid: number): string {
  return statFields(pid)?.[19] ?? '';
}

/** A zombie counts as ended: an init that does not reap leaves an orphan a zombie for ever. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return statFields(pid)?.[0] !== 'Z';
}

/** Sends a signal to a process (or, with a negative id, to its group); false when nobody can receive it. */
export function signalPid(pid: number, signal: NodeJS.Signals): boolean {
  // To the kernel, 0 means our own group.
  if (pid === 0) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Who started the process; undefined without /proc. */
export function parentOf(pid: number): number | undefined {
  const parent = Number(statFields(pid)?.[1]);
  return Number.isInteger(parent) ? parent : undefined;
}
