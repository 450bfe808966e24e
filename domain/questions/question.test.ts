import { expect, test } from 'vitest';
import { mayAnswer, nameOf, questionId } from './question.ts';

const key = (scopes: string[], subject: string | null) => ({ scopes, subject });

test('a question is known by its name or by the id that the list shows', () => {
  expect(nameOf('run-1', questionId('run-1', 'shade'))).toBe('shade');
  expect(nameOf('run-1', 'shade')).toBe('shade');
  expect(nameOf('run-2', questionId('run-1', 'shade'))).toBe('run-1:input:shade');
});

test('whoever has the scope may answer, unless subjects are named', () => {
  expect(mayAnswer({ scope: 'operate' }, key(['operate'], 'ada'))).toBe(true);
  expect(mayAnswer({ scope: 'approve' }, key(['operate'], 'ada'))).toBe(false);
  expect(mayAnswer({ scope: 'operate', subjects: ['bob'] }, key(['operate'], 'ada'))).toBe(false);
  expect(mayAnswer({ scope: 'operate', subjects: ['ada', 'bob'] }, key(['operate'], 'ada'))).toBe(true);
});

test('an admin, and with the scope a key for every subject, may answer for the subjects that are named', () => {
  expect(mayAnswer({ scope: 'approve', subjects: ['bob'] }, key(['admin'], 'ada'))).toBe(true);
  expect(mayAnswer({ scope: 'approve', subjects: ['bob'] }, key(['approve'], null))).toBe(true);
  expect(mayAnswer({ scope: 'approve', subjects: ['bob'] }, key(['read'], null))).toBe(false);
});
