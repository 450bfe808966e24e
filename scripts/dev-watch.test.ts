import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { concernsApplication, SOURCES, watchSources } from './dev-watch.ts';

test('sources and settings restart the application; tests, documents and the embedded servers do not', () => {
  for (const path of [
    'api/app.ts',
    'workflows/engine/run.ts',
    'api/docs/page.html',
    'config/config.ts',
    '.env',
  ])
    expect(concernsApplication(path), path).toBe(true);
  for (const path of [
    'api/app.test.ts',
    'README.md',
    'tests/api/a.ts',
    'embedded/main.ts',
    'data/stack.env',
    'package.json',
    'api/app.ts~',
  ])
    expect(concernsApplication(path), path).toBe(false);
});

test('a burst of changes is reported once', async () => {
  const root = temporaryFolder('dev');
  for (const folder of SOURCES) mkdirSync(join(root, folder));
  mkdirSync(join(root, 'api', 'core'));
  const told: string[] = [];
  const stop = watchSources(root, 150, (path) => told.push(path));
  for (const name of ['a.ts', 'b.ts', 'notes.md']) writeFileSync(join(root, 'api', 'core', name), '');
  await expect.poll(() => told.length).toBe(1);
  expect(told[0]).toMatch(/^api\/core\/[ab]\.ts$/);
  writeFileSync(join(root, '.env'), '');
  await expect.poll(() => told).toContain('.env');
  stop();
});
