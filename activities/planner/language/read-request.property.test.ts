import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRequest } from './read-request.ts';

const options = {
  today: '2026-12-01',
  vocabulary: ['price', 'history', 'solana', 'chart', 'summarize', 'translate'],
};
const PIECES =
  'price|chart|and|if|otherwise|not|without|"|“|5|$5|cents|12 December|last|two|half|,|.|: |this text|\n- |1. |https://a.b|x@y.zz|\'|é|😀|€|価格|pirce|to|-|;|do not|between|next weekend|1,000'.split(
    '|',
  );
const words = fc.array(fc.constantFrom(...PIECES), { maxLength: 250 }).map((pieces) => pieces.join(' '));
const anyText = fc.oneof(
  words,
  fc.string({ unit: 'binary', maxLength: 5000 }),
  fc.string({ maxLength: 5000 }),
);
const SLOWEST_MS = 4000;

function checkReading(text: string): void {
  const begun = performance.now();
  const reading = readRequest(text, options);
  expect(performance.now() - begun).toBeLessThan(SLOWEST_MS);
  for (const word of reading.words) expect(text.slice(...word.span)).toBe(word.text);
  for (const { span } of [...reading.mentions, ...reading.clauses]) {
    expect(span[0]).toBeGreaterThanOrEqual(0);
    expect(span[1]).toBeGreaterThan(span[0]);
    expect(span[1]).toBeLessThanOrEqual(text.length);
  }
  for (const mention of reading.mentions)
    if (mention.kind === 'quote') expect(text.slice(...mention.span)).toBe(mention.value);
  for (const { from, span } of reading.corrections) expect(text.slice(...span)).toBe(from);
  const covered = reading.clauses.flatMap(({ from, to }) => reading.words.slice(from, to));
  expect(covered).toEqual(reading.words);
}

it('reads any text: passages lie within it, and each word is in one clause', () => {
  fc.assert(fc.property(anyText, checkReading), { numRuns: 150 });
}, 60_000);

it.each([
  'a '.repeat(2500),
  '"'.repeat(5000),
  "' a".repeat(1600),
  '$5 '.repeat(1600),
  'and '.repeat(1250),
  'if x then y else '.repeat(290),
  'a,'.repeat(2500),
  'a'.repeat(5000),
  '1'.repeat(5000),
  '1,111,'.repeat(800),
  ' '.repeat(5000),
  '- a\n'.repeat(1250),
  'a@'.repeat(2500),
  'text: '.repeat(800),
  'twenty-one and a hundred '.repeat(200),
  'last the next 5 '.repeat(300),
  'a.b.'.repeat(1250),
])('reads 5000 characters of one kind in bounded time (%#)', (text) => checkReading(text));
