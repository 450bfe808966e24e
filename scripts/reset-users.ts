import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';

export interface FolderUser {
  pid: number;
  command: string;
}

/** A process that works in one of the folders or has one of its files open: its logs, its databases. */
export function findUser(folders: readonly string[]): FolderUser | undefined {
  const roots = folders.map((folder) => realpathSync(folder));
  if (roots.length === 0) return undefined;
  return process.platform === 'linux' ? fromProc(roots) : fromLsof(roots);
}

function fromProc(roots: readonly string[]): FolderUser | undefined {
  const inside = (path: string | undefined): boolean =>
    path !== undefined && roots.some((root) => path === root || path.startsWith(root + sep));
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const links = [`/proc/${pid}/cwd`, ...list(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`)];
    if (links.some((link) => inside(target(link)))) return { pid: Number(pid), command: commandOf(pid) };
  }
  return undefined;
}

function fromLsof(roots: readonly string[]): FolderUser | undefined {
  const pids = roots
    .map((root) => spawnSync('lsof', ['-t', '+D', root], { encoding: 'utf8' }).stdout ?? '')
    .join('\n');
  const pid = pids
    .split('\n')
    .map(Number)
    .find((found) => found > 0 && found !== process.pid);
  return pid === undefined ? undefined : { pid, command: 'see ps' };
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).join(' ').slice(0, 120);
  } catch {
    return 'ended meanwhile';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function target(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
