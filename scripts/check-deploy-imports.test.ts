import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { isInContext } from './check-deploy-context.ts';
import { importClosure, importsOf } from './check-deploy-imports.ts';

const root = temporaryFolder('imports');

test('imported values are followed through files, types are not, and files beside the code count', () => {
  const sources = {
    'api/main.ts':
      "import { a } from './a.ts';\nimport type { T } from '../types.ts';\nconst page = new URL('./page.html', import.meta.url);",
    'api/a.ts': "import '@scope/pkg/deep';\nimport {\n  b,\n} from '../b.ts';\nexport * from '../c.ts';",
    'api/page.html': '',
    'b.ts': "import { readFileSync } from 'node:fs';\nconst late = await import('lazy');",
    'c.ts': "import pg from 'pg';",
    'types.ts': '',
  };
  for (const [path, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { files, packages } = importClosure(root, ['api/main.ts']);
  expect([...files].toSorted()).toEqual(['api/a.ts', 'api/main.ts', 'api/page.html', 'b.ts', 'c.ts']);
  expect([...packages].toSorted()).toEqual(['@scope/pkg', 'lazy', 'pg']);
});

test('a type beside values does not hide the import, and words in texts do not make one', () => {
  expect(importsOf("import { type T, v } from './v.ts';")).toEqual(['./v.ts']);
  expect(importsOf("const said = 'taken from';\nconst x = 'y';")).toEqual([]);
});

test('the last matching line of .dockerignore decides', () => {
  const ignore =
    '# allow list\n*\n!api\n!config.ts\n!scripts\nscripts/*\n!scripts/migrate.ts\n**/*.test.ts\n';
  for (const path of ['api/app.ts', 'api/docs/page.html', 'config.ts', 'scripts/migrate.ts'])
    expect(isInContext(path, ignore), path).toBe(true);
  for (const path of [
    '.env',
    'data/data.key',
    'scripts/test.ts',
    'api/app.test.ts',
    'config.test.ts',
    'node_modules/pg/index.js',
  ])
    expect(isInContext(path, ignore), path).toBe(false);
});
