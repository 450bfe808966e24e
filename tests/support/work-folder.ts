import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../processes/pid.ts';

const NAME = /^steward-tests-(\d+)-/;

/** A folder for one test run. Those of runs that were killed are removed on the way. */
export function makeWorkFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    if (pid && !isAlive(pid)) removeIfOurs(join(tmpdir(), name));
  }
  const folder = mkdtempSync(join(tmpdir(), `steward-tests-${process.pid}-`));
  // PostgreSQL under root is another user, who must be able to pass.
  chmodSync(folder, 0o755);
  return folder;
}

function removeIfOurs(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Another user's.
  }
}
