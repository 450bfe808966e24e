import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { dataDirInCache } from '../embedded/postgres/data-folder.ts';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { planReset, refusal } from './reset-folders.ts';

const base = temporaryFolder('reset');
const project = join(base, 'project');
const cacheDir = join(base, 'cache');

function folderWith(name: string, ...files: string[]): string {
  const folder = join(base, name);
  mkdirSync(folder, { recursive: true });
  for (const file of files) writeFileSync(join(folder, file), '');
  return folder;
}

test('a data folder of the stack may be deleted, and so may an empty one and a missing one', () => {
  expect(refusal(folderWith('data', 'data.key', 'logs'), project)).toBeUndefined();
  expect(refusal(folderWith('empty'), project)).toBeUndefined();
  expect(refusal(join(base, 'none'), project)).toBeUndefined();
});

test('a folder with other content is refused, and the reason names what was looked for', () => {
  expect(refusal(folderWith('photos', 'holiday.jpg'), project)).toMatch(
    /photos does not look like .*data\.key/,
  );
});

test('a folder that contains the project is refused even when it looks like a data folder', () => {
  const folder = folderWith('outer', 'data.key');
  expect(refusal(folder, join(folder, 'project'))).toMatch(/contains .*project/);
  expect(refusal('/', project)).toMatch(/is not deleted/);
  expect(refusal('.', project)).toMatch(/contains/);
});

test('PostgreSQL data in the cache is deleted as well', () => {
  const data = folderWith('mine', 'data.key');
  expect(planReset(data, cacheDir).folders).toEqual([data]);
  const instead = dataDirInCache(join(data, 'postgres'), cacheDir);
  mkdirSync(instead, { recursive: true });
  expect(planReset(data, cacheDir).folders).toEqual([data, dirname(instead)]);
});
