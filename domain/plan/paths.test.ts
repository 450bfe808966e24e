import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { isSafeName, parsePath, readText, resolveMapping, resolveParams } from './paths.ts';

const outputs: JsonObject = { history: { series: [{ price: 1 }, { price: 2 }], none: null }, plain: 'text' };

describe('paths into outputs', () => {
  it('reads properties and elements', () => {
    expect(readText(outputs, 'history.series[1].price')).toEqual({ found: true, value: 2 });
    expect(readText(outputs, 'plain')).toEqual({ found: true, value: 'text' });
    expect(readText(outputs, 'history.none')).toEqual({ found: true, value: null });
  });

  it.each([
    'history.series[2]',
    'history.absent',
    'plain.length',
    'history.series.length',
    'absent',
    'history.series[0].price.toFixed',
  ])('finds nothing at %s', (path) => expect(readText(outputs, path)).toEqual({ found: false }));

  it.each([
    '',
    '.a',
    'a..b',
    'a[',
    'a[-1]',
    'a[x]',
    'a b',
    'a[1]b',
    '__proto__',
    'constructor.name',
    'a'.repeat(600),
  ])('does not parse %s', (path) => expect(parsePath(path)).toBeUndefined());

  it('never reaches what objects inherit, whatever the path', () => {
    const inherited = fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'length',
      'at',
    );
    fc.assert(
      fc.property(
        fc.array(inherited, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('history', 'plain', 'history.series'),
        (names, root) => {
          expect(readText(outputs, `${root}.${names.join('.')}`)).toEqual({ found: false });
        },
      ),
    );
  });

  it('never throws, and returns only values that are in the outputs', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string({ maxLength: 40 }), (scope, path) => {
        const found = readText(scope as JsonObject, path);
        if (found.found) expect(contains(scope as Json, found.value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('input mappings', () => {
  it('resolves every param, or names those that lead nowhere', () => {
    expect(resolveMapping(outputs, { series: 'history.series', text: 'plain' })).toEqual({
      ok: true,
      params: { series: [{ price: 1 }, { price: 2 }], text: 'text' },
    });
    expect(resolveMapping(outputs, { a: 'history.absent', b: 'plain' })).toEqual({
      ok: false,
      missing: ['a <- history.absent'],
    });
  });

  it('overlays literal params with mapped ones', () => {
    const step = { params: { days: 30, text: 'literal' }, inputMapping: { text: 'plain' } };
    expect(resolveParams(step, outputs)).toEqual({ ok: true, params: { days: 30, text: 'text' } });
  });

  it('does not change prototypes through a param called __proto__', () => {
    const resolved = resolveMapping(
      { plain: { polluted: true } },
      JSON.parse('{"__proto__":"plain"}') as { [param: string]: string },
    );
    expect(resolved.ok && Object.getPrototypeOf(resolved.params)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('names', () => {
  it('accepts letters, digits, _ and -, and nothing that objects inherit', () => {
    expect(['a', 'step_1', '1', 'a-b'].every(isSafeName)).toBe(true);
    expect(['', 'a b', 'toString', '__proto__', 'ä', 'x'.repeat(65)].some(isSafeName)).toBe(false);
  });
});

function contains(whole: Json, part: Json): boolean {
  if (Object.is(whole, part)) return true;
  return (
    typeof whole === 'object' && whole !== null && Object.values(whole).some((value) => contains(value, part))
  );
}
