import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExact } from './exact-json.ts';
import { parseToRewrite } from './compact-json.ts';

/** Both ways to write a text again. */
function bothWays(text: string): [fast: string | undefined, slow: string] {
  const fast = parseToRewrite(text);
  return [fast?.write(fast.value), JSON.stringify(parseExact(text))];
}

const digits = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value.toExponential()),
  fc.bigInt().map(String),
  fc
    .tuple(fc.constantFrom('', '-'), fc.nat(), fc.stringMatching(/^[0-9]{1,20}$/))
    .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`),
  fc.constantFrom('-0', '-0.0', '0', '1.0', '0.0000001', '0.000001', '1e400', '1E+2', '100e-2', '0.10'),
);
const inside = fc.oneof(
  digits,
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('" 1.0"', '":-0"', '"\\" 1.0"', '"\\\\"', '"\\u00e9"', 'true', 'null', '{}', '[]'),
);
const json = fc
  .array(fc.tuple(inside, inside, fc.constantFrom('', ' ', '\n')))
  .map((rows) => `{"rows":[${rows.map(([a, b, gap]) => `[${gap}${a},${gap}${b}${gap}]`).join(`,`)}]}`);

test('a text is written again as the careful way writes it, digit by digit', () => {
  fc.assert(
    fc.property(json, (text) => {
      const [fast, slow] = bothWays(text);
      expect(fast ?? slow).toBe(slow);
      expect(slow).toBe(JSON.stringify(parseExact(slow)));
    }),
  );
});

test('a number keeps its digits whatever stands around it', () => {
  fc.assert(
    fc.property(digits, (text) => {
      for (const whole of [text, `[${text}]`, `{"a":${text}}`, `[1,${text},"x"]`])
        expect(bothWays(whole)).toEqual([whole, whole]);
    }),
  );
});

test.each(['{"a":01.0}', '[1.0.0]', '[1.0', '["1.0]', '[1.0,-]', '[NaN,1.0]'])('%s is no JSON', (text) => {
  expect(() => parseToRewrite(text)).toThrow(SyntaxError);
});

test('a text that has the mark of numbers itself is left to the careful way', () => {
  expect(parseToRewrite('["\x7f1.0",1.0]')).toBeUndefined();
  expect(parseToRewrite('["\\u007F1.0",1.0]')).toBeUndefined();
});
