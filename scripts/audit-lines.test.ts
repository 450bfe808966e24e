import { expect, test } from 'vitest';
import { trailLines } from './audit-lines.ts';

const whole = { tenant: 'default', lines: 1, anchors: 0, anchored: null, problems: [] };

test('a trail that holds says of how many lines and anchors', () => {
  const other = { tenant: 'x', lines: 2, anchors: 2, anchored: 9, problems: [] };
  expect(trailLines([whole, other], true)).toEqual([
    'ok      default  1 line, no anchor',
    'ok      x        2 lines, 2 anchors, the last of line 9',
    'The audit trail holds.',
  ]);
});

test('a trail that does not hold names every line that is known to be wrong', () => {
  const problems = [
    { line: 3, what: 'it was changed' },
    { line: 9, what: 'it is missing' },
  ];
  expect(trailLines([{ ...whole, problems }], true)).toEqual([
    'FAILED  default  line 3: it was changed',
    'FAILED  default  line 9: it is missing',
    'The audit trail is not as it was written.',
  ]);
});

test('anchors whose key nobody named are said to be unchecked, and an empty trail to be empty', () => {
  expect(trailLines([{ ...whole, anchors: 1, anchored: 1 }], false).at(-1)).toMatch(/was not checked: set/);
  expect(trailLines([], false)).toEqual(['There is no audit line yet.', 'The audit trail holds.']);
});
