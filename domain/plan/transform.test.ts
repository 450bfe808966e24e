import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../schemas/core/json.ts';
import { compareDecimals, decimalOf } from '../decimals.ts';
import { parseExact } from '../exact-json.ts';
import { checkTransform } from './transform-check.ts';
import { runTransform, TRANSFORM_OPS } from './transform.ts';

const outputs: JsonObject = {
  history: {
    symbol: 'SOL',
    series: [
      { day: 1, price: 10 },
      { day: 2, price: '12.5' },
      { day: 3, price: 8 },
    ],
  },
  summary: { text: 'calm', words: 3 },
};
const run = (params: JsonObject, inputMapping?: { [param: string]: string }) =>
  runTransform({ params, ...(inputMapping === undefined ? {} : { inputMapping }) }, outputs);

describe('data transforms', () => {
  it('identity passes a value on, or several under their paths without those that do not exist', () => {
    expect(run({ op: 'identity', from: 'summary.text' })).toEqual({ ok: true, value: 'calm' });
    expect(run({ op: 'identity', from: ['summary.text', 'absent'] })).toEqual({
      ok: true,
      value: { 'summary.text': 'calm' },
    });
    expect(run({ op: 'identity' }, { input: 'summary.words' })).toEqual({ ok: true, value: 3 });
  });

  it('pick builds an object from paths, relative to from if given', () => {
    expect(run({ op: 'pick', paths: { first: 'history.series[0].price' } })).toEqual({
      ok: true,
      value: { first: 10 },
    });
    expect(run({ op: 'pick', from: 'summary', paths: { said: 'text' } })).toEqual({
      ok: true,
      value: { said: 'calm' },
    });
  });

  it('merge joins objects and lists, and skips branches that were not taken', () => {
    expect(run({ op: 'merge', from: ['summary', 'absent', 'history'] })).toMatchObject({
      ok: true,
      value: { text: 'calm', symbol: 'SOL' },
    });
    expect(run({ op: 'merge', from: ['summary.text', 'history.symbol'], as: 'list' })).toEqual({
      ok: true,
      value: ['calm', 'SOL'],
    });
    expect(run({ op: 'merge', from: ['summary.text', 'history'] })).toMatchObject({
      ok: false,
      code: 'TRANSFORM_FAILED',
    });
  });

  it('filter keeps the items that compare, leaving out those that cannot be compared', () => {
    expect(
      run({ op: 'filter', from: 'history.series', where: { left: 'price', operator: 'gte', right: 10 } }),
    ).toEqual({
      ok: true,
      value: [
        { day: 1, price: 10 },
        { day: 2, price: '12.5' },
      ],
    });
    expect(
      run({ op: 'filter', from: 'history.series', where: { left: 'absent', operator: 'exists' } }),
    ).toEqual({ ok: true, value: [] });
  });

  it.each([
    ['sum', 30.5],
    ['avg', 30.5 / 3],
    ['min', 8],
    ['max', 12.5],
    ['count', 3],
  ] as const)('aggregates %s', (fn, value) => {
    expect(run({ op: 'aggregate', from: 'history.series', field: 'price', fn })).toEqual({ ok: true, value });
  });

  it('fills templates in text and in JSON', () => {
    expect(
      run({ op: 'template', template: '{{history.symbol}} is {{ summary.text }}, {{summary}}{{absent?}}' }),
    ).toEqual({
      ok: true,
      value: 'SOL is calm, {"text":"calm","words":3}',
    });
    expect(
      run({ op: 'template', template: [{ title: 'Days', content: '{{history.series}}' }] }),
    ).toMatchObject({
      ok: true,
      value: [{ title: 'Days', content: [{ day: 1 }, {}, {}] }],
    });
  });

  it('does not fill slots that came in with the data', () => {
    const value = runTransform(
      { params: { op: 'template', template: '{{a}}' } },
      { a: '{{b}}', b: 'secret' },
    );
    expect(value).toEqual({ ok: true, value: '{{b}}' });
  });

  it.each([
    [{ op: 'template', template: '{{absent.x}}' }, 'INPUT_MISSING'],
    [{ op: 'identity', from: 'absent' }, 'INPUT_MISSING'],
    [{ op: 'aggregate', from: 'summary.text', fn: 'sum' }, 'TRANSFORM_FAILED'],
    [{ op: 'aggregate', from: 'history.series', fn: 'sum' }, 'TRANSFORM_FAILED'],
    [{ op: 'eval', from: 'summary' }, 'TRANSFORM_FAILED'],
    [{ op: 'constructor' }, 'TRANSFORM_FAILED'],
  ] as [JsonObject, string][])('refuses %j with %s', (params, code) =>
    expect(run(params)).toMatchObject({ ok: false, code }),
  );

  it('refuses results over 1 MiB', () => {
    const big = runTransform(
      { params: { op: 'template', template: '{{a}}{{a}}{{a}}' } },
      { a: 'x'.repeat(400_000) },
    );
    expect(big).toMatchObject({ ok: false, code: 'TRANSFORM_FAILED' });
  });

  it('never throws, whatever the params and outputs', () => {
    const params = fc.record({
      op: fc.oneof(fc.constantFrom(...TRANSFORM_OPS), fc.string()),
      from: fc.oneof(fc.constantFrom('a', 'a.b', ['a', 'b']), fc.jsonValue()),
      paths: fc.jsonValue(),
      where: fc.oneof(
        fc.record({
          left: fc.string(),
          operator: fc.constantFrom('eq', 'gt', 'exists'),
          right: fc.jsonValue(),
        }),
        fc.jsonValue(),
      ),
      fn: fc.constantFrom('sum', 'avg', 'min', 'max', 'count', 'x'),
      template: fc.jsonValue(),
    });
    fc.assert(
      fc.property(params, fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue()), (one, scope) => {
        const result = runTransform({ params: one as JsonObject }, scope as JsonObject);
        expect(typeof result.ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});

describe('numbers that doubles do not hold', () => {
  const scope = parseExact(
    '{"a":{"id":9007199254740993,"price":19.90},"items":[{"n":9007199254740993},{"n":1e400},{"n":-0},{"n":0.10}]}',
  ) as JsonObject;
  const text = (params: JsonObject, inputMapping?: { [param: string]: string }): string => {
    const result = runTransform({ params, ...(inputMapping && { inputMapping }) }, scope);
    return JSON.stringify(result.ok ? result.value : result.code);
  };

  it.each([
    [{ op: 'identity', from: 'a.id' }, '9007199254740993'],
    [{ op: 'pick', from: 'a', paths: { id: 'id', cost: 'price' } }, '{"id":9007199254740993,"cost":19.90}'],
    [{ op: 'merge', from: ['a', 'a'] }, '{"id":9007199254740993,"price":19.90}'],
    [{ op: 'template', template: 'no. {{a.id}} at {{a.price}}' }, '"no. 9007199254740993 at 19.90"'],
    [{ op: 'template', template: [{ id: '{{a.id}}' }] }, '[{"id":9007199254740993}]'],
    [{ op: 'aggregate', from: 'items', field: 'n', fn: 'max' }, '1e400'],
    [{ op: 'aggregate', from: 'items', field: 'n', fn: 'min' }, '-0'],
    [{ op: 'template', template: '{{a.id.rawJSON?}}' }, 'null'],
  ] as [JsonObject, string][])('%j gives %s', (params, expected) => expect(text(params)).toBe(expected));

  it.each([
    ['eq', '9007199254740993', 1],
    ['eq', '9007199254740992', 0],
    ['gt', '9007199254740992', 2],
    ['gte', '9.007199254740993e15', 2],
    ['eq', '0.1', 1],
    ['lt', '0.1', 1],
  ] as const)('filter compares %s %s exactly', (operator, right, kept) => {
    const where = { left: 'n', operator, right: parseExact(right) };
    expect(JSON.parse(text({ op: 'filter', from: 'items', where }))).toHaveLength(kept);
  });

  it.each([
    ['[9007199254740993,1]', 'sum', '9007199254740994'],
    ['[0.1,0.2]', 'sum', '0.3'],
    ['["9007199254740993",2]', 'avg', '4503599627370497.5'],
    ['[9007199254740993,1,1]', 'avg', '3002399751580331.666666666666666667'],
    ['[1,1,2]', 'avg', String(4 / 3)],
    ['["9007199254740993",2]', 'max', '9007199254740993'],
    ['[1e400,1]', 'sum', '1'.padEnd(400, '0').concat('1')],
    ['[1e99999999,1]', 'sum', '"TRANSFORM_FAILED"'],
  ] as const)('of %s the %s is %s', (items, fn, expected) => {
    const result = runTransform(
      { params: { op: 'aggregate', from: 'list', fn } },
      { list: parseExact(items) },
    );
    const told = JSON.stringify(result.ok ? result.value : result.code);
    expect(told).toBe(expected.length > 100 ? told : expected);
    if (result.ok) expect(compareDecimals(decimalOf(told)!, decimalOf(expected)!)).toBe(0);
  });
});

describe('checks of transform params', () => {
  it('names the outputs that paths begin with', () => {
    expect(checkTransform({ op: 'template', template: { a: '{{x.y}} {{z}}' } })).toEqual({
      problems: [],
      roots: ['x', 'z'],
    });
    expect(checkTransform({ op: 'merge', from: ['a.b', 'c'] }).roots).toEqual(['a', 'c']);
    expect(checkTransform({ op: 'pick', from: 'a', paths: { out: 'b.c' } }).roots).toEqual(['a']);
  });

  it.each([
    { op: 'eval' },
    { op: 'identity' },
    { op: 'pick', paths: {} },
    { op: 'pick', paths: { toString: 'a' } },
    { op: 'filter', from: 'a' },
    { op: 'aggregate', from: 'a', fn: 'median' },
    { op: 'template' },
    { op: 'filter', from: ['a'], where: { operator: 'eq', right: 1 } },
  ] as JsonObject[])('finds fault with %j', (params) =>
    expect(checkTransform(params).problems).not.toEqual([]),
  );
});
