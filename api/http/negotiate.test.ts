import { expect, it } from 'vitest';
import { prefers } from './negotiate.ts';

it.each([
  ['text/html', true],
  ['text/html,application/xhtml+xml,*/*;q=0.8', true],
  ['application/json;q=0.5, text/html;q=0.6', true],
  [undefined, false],
  ['*/*', false],
  ['text/html, application/json', false],
  ['text/html;q=0.5, application/json', false],
  ['text/html, */*', false],
  ['text/html;q=0', false],
  ['text/html;q=x', false],
])('Accept %s prefers HTML: %s', (accept, expected) => {
  expect(prefers(accept, ['text/html'])).toBe(expected);
});
