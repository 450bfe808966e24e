import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { defaultCacheDir } from './downloads/cache-dir.ts';
import { installFolder, inWorkFolder, requireSha256, run } from './downloads.ts';

const folder = temporaryFolder('downloads');

test('a file with another hash is refused, and the error names both hashes', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, 'abc');
  const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  await expect(requireSha256(file, hash)).resolves.toBeUndefined();
  await expect(requireSha256(file, '00')).rejects.toThrow(`has SHA-256 ${hash}, expected 00: it is not used`);
});

test('a command that hangs is ended, and one that fails says what it printed', async () => {
  await expect(run('/bin/sh', ['-c', 'sleep 20'], { timeoutMs: 100 })).rejects.toThrow(
    'no answer within 0.1 s',
  );
  await expect(run('/bin/sh', ['-c', 'echo no room >&2; exit 1'], { timeoutMs: 5000 })).rejects.toThrow(
    'no room',
  );
});

test('a work folder is gone after the work, also after an error, and old ones go with it', async () => {
  const cache = join(folder, 'cache');
  const left = join(cache, 'tmp', 'left-by-a-killed-process');
  mkdirSync(left, { recursive: true });
  utimesSync(left, 0, 0);
  const work = inWorkFolder(cache, (made) => Promise.reject(new Error(`failed in ${existsSync(made)}`)));
  await expect(work).rejects.toThrow('failed in true');
  expect(readdirSync(join(cache, 'tmp'))).toEqual([]);
});

test('a folder that another process installed first is kept', () => {
  for (const name of ['mine', 'theirs']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'who'), name);
  }
  expect(installFolder(join(folder, 'mine'), join(folder, 'theirs'))).toBe(join(folder, 'theirs'));
  expect(existsSync(join(folder, 'mine'))).toBe(true);
});

test('the cache is made under XDG_CACHE_HOME', () => {
  const home = join(folder, 'xdg');
  mkdirSync(home);
  expect(defaultCacheDir({ XDG_CACHE_HOME: home })).toBe(join(home, 'steward'));
  expect(statSync(join(home, 'steward')).mode & 0o777).toBe(0o755);
});

test('a cache that others can write to is not used', () => {
  const home = join(folder, 'open');
  mkdirSync(join(home, 'steward'), { recursive: true });
  chmodSync(join(home, 'steward'), 0o777);
  expect(defaultCacheDir({ XDG_CACHE_HOME: home })).not.toContain(home);
});
