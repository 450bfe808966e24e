import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Identity {
  uid: number;
  gid: number;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The unprivileged user of every system, from the password file: initdb wants one that has a name. */
export function nobody(): Identity | undefined {
  const row = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('nobody:'));
  const [uid, gid] = (row ?? '').split(':').slice(2, 4).map(Number);
  return uid && gid && uid > 0 ? { uid, gid } : undefined;
}

/** True when that user can enter the folder. The system itself is asked: mode bits alone miss ACLs and mounts. */
export function canReach(folder: string, { uid, gid }: Identity): boolean {
  const asked = spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { uid, gid, cwd: '/', stdio: 'ignore' });
  return asked.status === 0;
}
