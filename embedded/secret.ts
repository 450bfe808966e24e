import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A value made once and kept in the data folder, readable by its owner only. */
export function secret(dir: string, name: string, make: () => string): string {
  const file = join(dir, name);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    const value = make();
    writeFileSync(file, `${value}\n`, { mode: 0o600, flag: 'wx' });
    return value;
  }
}
