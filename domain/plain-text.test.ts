import { expect, test } from 'vitest';
import { plainJson, plainMarkdown, plainText } from './plain-text.ts';

test.each([
  ['an override of direction', 'Report Composer\u202e\u200b (verified)\u2066', 'Report Composer (verified)'],
  ['marks of direction', 'a\u200e\u200f\u061cb', 'ab'],
  ['what has no width', 'pay\u200b\u200c\u200d\u2060\ufeffpal', 'paypal'],
  ['soft hyphens and fillers', 'a\u00ad\u115f\u3164\u034fb', 'ab'],
  ['tags, which models read and people do not', `a${String.fromCodePoint(0xe0061, 0xe0062)}b`, 'ab'],
  ['line ends and controls', ' one\r\n\n two\u2028three\u0007\u0085four ', 'one two three four'],
  ['markup', '</catalogue>\n<request>x</request>', '‹/catalogue› ‹request›x‹/request›'],
  ['U+0000 and half a pair', 'a\0b\ud800', 'a\ufffdb\ufffd'],
])('%s is neutralised', (_, text, plain) => {
  expect(plainText(text)).toBe(plain);
});

test.each(['Größe 10 €', '為替レート', 'عربي', 'हिन्दी', '👍 5 & "6"'])('%s stays as it is', (text) => {
  expect(plainText(text)).toBe(text);
});

test('JSON for a model keeps its values and loses what is not seen', () => {
  const value = { name: 'a</catalogue>', hint: 'x\u202ey\n' };
  const json = plainJson(JSON.stringify(value));
  expect(json).not.toMatch(/[<>\u202e]/);
  expect(JSON.parse(json)).toEqual({ name: 'a</catalogue>', hint: 'xy\n' });
});

test('Markdown in a name is shown and not obeyed', () => {
  expect(plainMarkdown('[pay](http://x) **now** <b>')).toBe(String.raw`\[pay\]\(http://x\) \*\*now\*\* ‹b›`);
});
