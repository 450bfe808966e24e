import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from './patterns.ts';

describe('patterns of inputs', () => {
  it.each([
    ['[0-9]{3}', '123', true],
    ['[0-9]{3}', '1234', false],
    ['[0-9]{3}', '\n123', false],
    ['a|ab', 'ab', true],
    ['^a$', 'a', true],
    ['[0-9][a-z]', '1b', true],
    ['[0-9][a-z]', 'xx', false],
    ['\\[[a-z]+\\]', '[ab]', true],
    ['\\[[a-z]+\\]', 'ab', false],
    ['[a-z\\-]+', 'a-b', true],
    ['\\p{L}+', 'é', true],
    ['\\p{L}+', '1', false],
    ['[\\u00C0-\\u017F]+', 'é', true],
    ['[\\u00C0-\\u017F]+', 'e', false],
    ['(?<year>\\d{4})/\\d', '2026/1', true],
    ['.', '😀', true],
  ])('%s on %j: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it.each([
    '(?=a)b',
    '(?<!a)b',
    '(a)\\1',
    '(',
    'a)|(b',
    '[a-z&&[^b]]',
    '[a-z--b]',
    '[a[b]]',
    '[]',
    '[^]',
    'x'.repeat(3000),
  ])('cannot check %s, and lets it be', (pattern) => {
    expect(matches(pattern, 'anything')).toBe(true);
  });

  it.each(['(a+)+$', '(a|a)*b', '(.*)*x', '.{0,1000}.{0,1000}.{0,1000}x'])('%s takes no time', (pattern) => {
    const start = performance.now();
    expect(matches(pattern, `${'a'.repeat(1_000_000)}!`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it.each([
    '[A-Z][a-z]+',
    'a|ab|abc',
    '(foo|bar)*',
    '[^@]+@[^@]+\\.[a-z]{2,}',
    '\\d{2,4}-?\\d*',
    'x*y?z+',
    'a.c',
    '[a-z]+(-[a-z]+)*',
    '^$',
  ])('%s means what it means to a browser', (pattern) => {
    const browser = new RegExp(`^(?:${pattern})$`, 'u');
    const near = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'Z', '.', '@', '-', '1'), maxLength: 6 });
    fc.assert(
      fc.property(fc.oneof(fc.stringMatching(browser), near, fc.string()), (text) => {
        expect(matches(pattern, text)).toBe(browser.test(text));
      }),
    );
  });

  it('forgets patterns that nobody uses any more', () => {
    for (let index = 0; index < 1200; index += 1)
      expect(matches(`a{${index % 900}}${index}`, '')).toBe(false);
    expect(matches('a{1}1', 'a1')).toBe(true);
  });
});
