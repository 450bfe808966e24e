import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The latest values of some keys, on disk before `set` returns. */
export interface KeptMap<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  /** Oldest first. */
  values(): IterableIterator<T>;
}

interface Options<T> {
  /** Without it nothing outlives the process. */
  file?: string | undefined;
  /** The oldest entry goes when there is one more. */
  limit: number;
  /** Hears what goes. */
  forgotten?(value: T): void;
}

/** A file of lines, one for each change. It is written anew when half of its lines are old. A line that a crash cut off is dropped. */
export function openKeptMap<T>({ file, limit, forgotten }: Options<T>): KeptMap<T> {
  const map = new Map<string, T>();
  const put = (key: string, value: T): void => {
    map.delete(key);
    map.set(key, value);
    if (map.size <= limit) return;
    const [oldest, gone] = map.entries().next().value!;
    map.delete(oldest);
    forgotten?.(gone);
  };
  if (file !== undefined) for (const [key, value] of readLines<[string, T]>(file)) put(key, value);
  let lines = file === undefined ? 0 : rewrite(file, map);
  return {
    get: (key) => map.get(key),
    set(key, value) {
      if (file !== undefined) {
        appendLine(file, [key, value]);
        lines += 1;
      }
      put(key, value);
      if (file !== undefined && lines > 2 * limit) lines = rewrite(file, map);
    },
    values: () => map.values(),
  };
}

function rewrite<T>(file: string, map: ReadonlyMap<string, T>): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.new`;
  writeWhole(fresh, 'w', [...map].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  renameSync(fresh, file);
  return map.size;
}

/** Adds a line that is on the disk when this returns. */
export const appendLine = (file: string, value: unknown): void =>
  writeWhole(file, 'a', `${JSON.stringify(value)}\n`);

function writeWhole(file: string, flag: string, text: string): void {
  const handle = openSync(file, flag, 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length;)
      written += writeSync(handle, bytes, written, bytes.length - written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Every whole line of a file. */
export function readLines<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as T];
      } catch {
        return [];
      }
    });
}

/** A crash may have left half a line at the end, which the next line must not be a part of. */
export function endLastLine(file: string): void {
  if (existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8'))) writeWhole(file, 'a', '\n');
}
