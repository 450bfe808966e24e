import { expect, test } from 'vitest';
import { respan } from './respan.ts';
import type { Understanding } from './understanding.ts';

const TEXT = 'Chart  SOL now';
const told: Understanding = {
  parts: [
    { text: 'Chart', span: [0, 5], as: 'task' },
    { text: 'SOL', span: [7, 10], as: 'value', field: 'symbol', value: 'SOL' },
  ],
  assumptions: [],
  ignored: [{ text: 'now', span: [11, 14] }],
  corrections: [{ from: 'now', to: 'now', span: [11, 14] }],
  questions: [],
};

test('passages are told of the same words with other spaces', () => {
  const other = respan(told, TEXT, ' Chart\nSOL  now')!;
  expect(other.parts.map(({ text, span }) => [text, span])).toEqual([
    ['Chart', [1, 6]],
    ['SOL', [7, 10]],
  ]);
  expect(other.ignored).toEqual([{ text: 'now', span: [12, 15] }]);
  expect(other.corrections[0]?.span).toEqual([12, 15]);
});

test('other words, and a value with other spaces inside, are told of nothing', () => {
  expect(respan(told, TEXT, 'Chart SOL later')).toBeUndefined();
  const quoted: Understanding = { ...told, parts: [{ text: 'a  b', span: [0, 4], as: 'value' }] };
  expect(respan(quoted, 'a  b', 'a b')).toBeUndefined();
});
