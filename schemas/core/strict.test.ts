import { expect, it } from 'vitest';
import { z } from 'zod';
import { nearestOf, strict } from './strict.ts';

const Body = strict({ amount: z.string(), approve_above: z.string().optional() }, { period: 'it is fixed' });
const said = (body: object): string[] =>
  Body.safeParse({ amount: '1', ...body }).error?.issues.map(({ message }) => message) ?? [];

it('says which field was probably meant', () => {
  expect(said({ aproveAbove: '1' })).toEqual([
    '"aproveAbove" is no field here; did you mean "approve_above"?',
  ]);
  expect(said({ ammount: '1' })).toEqual(['"ammount" is no field here; did you mean "amount"?']);
});

it('names all fields when none is near', () => {
  expect(said({ colour: 'red' })).toEqual(['"colour" is no field here; there are amount, approve_above.']);
  expect(said({ ['x'.repeat(9000)]: 1 })[0]!.length).toBeLessThan(120);
});

it('says why a field cannot be given', () => {
  expect(said({ period: 'day' })).toEqual(['"period" cannot be given: it is fixed.']);
});

it('keeps the usual words for everything else, and takes what fits', () => {
  expect(said({})).toEqual([]);
  expect(said({ approve_above: 1 })[0]).toContain('expected string');
  expect(said({ constructor: 1 })[0]).toContain('"constructor" is no field here');
});

it('finds the nearest name without regard to case and dashes', () => {
  expect(nearestOf('Applies-To', ['asset', 'applies_to'])).toBe('applies_to');
  expect(nearestOf('unt', ['unit', 'asset'])).toBe('unit');
  expect(nearestOf('zz', ['unit', 'asset'])).toBeUndefined();
});
