import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

interface Named {
  file: string;
  titles: string[];
}

/**
 * "`file.test.ts`: title; title. Prose": semicolons separate titles, a full stop ends them, and the next file has a
 * lead-in.
 */
function namedTests(text: string): Named[] {
  return [...text.matchAll(/`([\w./-]+\.ts)`: ([^`|]+)(?=(`?))/g)].map(([, file = '', body = '', next]) => {
    const [titles = ''] = body.split(/\.\s+(?=[A-Z(#])|\.\s*$/);
    const parts = titles.split(';').map((title) => title.replaceAll(/\s+/g, ' ').trim());
    const endsInProse = titles.length < body.trimEnd().length;
    return { file, titles: next === '`' && !endsInProse ? parts.slice(0, -1) : parts };
  });
}

const sourceOf = (file: string): string =>
  existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'") : '';

test('titles end where the prose and the next file begin', () => {
  expect(namedTests('| x | `a.ts`: one; two. Not yet: three; over HTTP: `b.ts`: four |')).toEqual([
    { file: 'a.ts', titles: ['one', 'two'] },
    { file: 'b.ts', titles: ['four'] },
  ]);
  expect(namedTests('`a.ts`: one; over HTTP: `b.ts`: two; `c.ts`')).toEqual([
    { file: 'a.ts', titles: ['one'] },
    { file: 'b.ts', titles: ['two'] },
  ]);
});

test('every test that docs/STATUS.md names has that title', () => {
  const named = namedTests(readFileSync(join(ROOT, 'docs/STATUS.md'), 'utf8'));
  const gone = named.flatMap(({ file, titles }) =>
    titles.filter((title) => !sourceOf(file).includes(title)).map((title) => `${file}: ${title}`),
  );
  expect(named.length).toBeGreaterThan(100);
  expect(gone).toEqual([]);
});
