import type { FileCoverageData, Range } from 'istanbul-lib-coverage';
import { expect, test } from 'vitest';
import { addCounts, addScores, mergeSandbox, percent, scoreFile } from './coverage-counts.ts';

const at = (line: number): Range => ({ start: { line, column: 0 }, end: { line, column: 9 } });

/** Two lines and one branching on line 2. */
const file = (path: string, s: [number, number], b: [number, number]): FileCoverageData => ({
  path,
  statementMap: { 0: at(1), 1: at(2) },
  branchMap: { 0: { type: 'if', line: 2, loc: at(2), locations: [at(2), at(3)] } },
  fnMap: {},
  f: {},
  s: { 0: s[0], 1: s[1] },
  b: { 0: b },
});

test('counts of several processes add up', () => {
  const { a } = addCounts([{ a: file('a', [1, 0], [0, 0]) }, { a: file('a', [2, 1], [1, 0]) }]);
  expect(a).toMatchObject({ s: { 0: 3, 1: 1 }, b: { 0: [1, 0] } });
});

test('the counts that are added up stay unchanged', () => {
  const part = { a: file('a', [1, 0], [0, 0]) };
  addCounts([part, part]);
  expect(part.a.s).toEqual({ 0: 1, 1: 0 });
});

test('a file that both saw counts as run what either ran', () => {
  const node = { d: file('d', [1, 0], [0, 0]) };
  const sandbox = { d: file('d', [0, 5], [0, 5]) };
  expect(mergeSandbox(node, sandbox, () => false)['d']).toMatchObject({
    s: { 0: 1, 1: 1 },
    b: { 0: [0, 1] },
  });
});

test('only the sandbox judges a workflow, and a workflow that nobody ran counts as not covered', () => {
  const node = { w: file('w', [0, 0], [0, 0]), never: file('never', [0, 0], [0, 0]) };
  const merged = mergeSandbox(node, { w: file('w', [3, 0], [1, 1]) }, () => true);
  expect(merged['w']?.s).toEqual({ 0: 3, 1: 0 });
  expect(percent(scoreFile(merged['never']!).lines)).toBe(0);
});

test('scores name the lines that did not run', () => {
  const score = scoreFile(file('a', [1, 0], [1, 0]));
  expect(score).toEqual({
    path: 'a',
    lines: { covered: 1, total: 2 },
    branches: { covered: 1, total: 2 },
    missing: [2],
  });
  expect(percent(addScores([score.lines, { covered: 2, total: 2 }]))).toBe(75);
});

test('a file with nothing to cover counts as covered', () => {
  expect(percent({ covered: 0, total: 0 })).toBe(100);
});
