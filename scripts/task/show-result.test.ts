import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { resultLines, saveResult } from './show-result.ts';

const folder = mkdtempSync(join(tmpdir(), 'steward-result-'));
afterAll(() => rmSync(folder, { recursive: true }));
const WHOLE = 'http://localhost:8000/workflows/wf_1';

test('a result is text as it is, and anything else as JSON, without its pictures', () => {
  expect(resultLines('One\nTwo', WHOLE)).toEqual(['  One', '  Two']);
  expect(resultLines({ n: 1, svg: '<svg>x</svg>' }, WHOLE)).toEqual([
    '  {',
    '    "n": 1,',
    '    "svg": "<svg …> (12 characters; --out FILE saves it)"',
    '  }',
  ]);
});

test('what is long is cut, and says where all of it is', () => {
  const lines = resultLines(Array.from({ length: 99 }, (_, index) => `${index}`).join('\n'), WHOLE);
  expect(lines).toHaveLength(41);
  expect(lines.at(-1)).toBe(`  … all of it: ${WHOLE}`);
  expect(resultLines('x'.repeat(500), WHOLE)).toEqual([`  ${'x'.repeat(160)}…`, `  … all of it: ${WHOLE}`]);
});

test('pictures are saved each in a file, and a result without any as a whole', () => {
  const chart = join(folder, 'chart.svg');
  expect(saveResult({ a: '<svg>1</svg>', b: [{ c: '<svg>2</svg>' }] }, chart)).toEqual([
    chart,
    join(folder, 'chart-2.svg'),
  ]);
  expect(readFileSync(join(folder, 'chart-2.svg'), 'utf8')).toBe('<svg>2</svg>');
  const [all] = saveResult({ n: 1 }, join(folder, 'all.json'));
  expect(readFileSync(all!, 'utf8')).toBe('{\n  "n": 1\n}');
});
