import { expect, test } from 'vitest';
import { trailLines } from './audit-lines.ts';

const whole = { tenant: 'default', lines: 1, anchors: 0, anchored: null, problems: [] };

test('a trail that holds is reported with its number of lines and anchors', () => {
  const other = { tenant: 'x', lines: 2, anchors: 2, anchored: 9, problems: [] };
  expect(trailLines([whole, other], true)).toEqual([
    'ok      default  1 line, no anchor',
    'ok      x        2 lines, 2 anchors, the last of line 9',
    'The audit trail holds.',
  ]);
});

test('a trail that does not hold is reported with every line that is known to be wrong', () => {
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

test('anchors are reported as unchecked when no key was given, and an empty trail as empty', () => {
  expect(trailLines([{ ...whole, anchors: 1, anchored: 1 }], false).at(-1)).toMatch(/was not checked: set/);
  expect(trailLines([], false)).toEqual(['There is no audit line yet.', 'The audit trail holds.']);
});
