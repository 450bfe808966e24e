import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

/** The inode of the socket that listens on the port, from the kernel's tables. Undefined without /proc. */
function listeningInode(port: number): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const row of readLines(table)) {
      const fields = row.trim().split(/\s+/);
      if (fields[1]?.endsWith(suffix) && fields[3] === LISTENING) return fields[9];
    }
  }
  return undefined;
}

/** Who listens on a local port. Known on Linux only, for processes that we may look into. */
export function portHolder(port: number): { pid: number; command: string } | undefined {
  const inode = listeningInode(port);
  if (!inode) return undefined;
  const pid = readNames('/proc').find((name) => /^\d+$/.test(name) && holdsSocket(name, inode));
  return pid ? { pid: Number(pid), command: commandOf(pid) } : undefined;
}

function holdsSocket(pid: string, inode: string): boolean {
  const folder = `/proc/${pid}/fd`;
  return readNames(folder).some((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`) === `socket:[${inode}]`;
    } catch {
      return false;
    }
  });
}

function commandOf(pid: string): string {
  const words = readLines(`/proc/${pid}/cmdline`).join(' ').split('\0').filter(Boolean).join(' ');
  return words.length > 120 ? `${words.slice(0, 117)}...` : words;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function readNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
