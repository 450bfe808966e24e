import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('whoever imports the Solana token library has quieted its warning before', () => {
  const loud = globSync(
    '{activities,api,bench,demo,embedded,library,processes,scripts,stand-ins,tests}/**/*.ts',
    {
      cwd: root,
    },
  ).filter((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const quiet = source.search(/^import '[./]*config\/quiet-bindings\.ts';$/m);
    const library = source.search(/from '@solana\/spl-token'/);
    return library !== -1 && (quiet === -1 || quiet > library);
  });
  expect(loud).toEqual([]);
});
