import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { branchTargets, ruledOutBy } from './branches.ts';
import { checkConditional, decide } from './conditional.ts';

const outputs: JsonObject = {
  price: { value: 120, text: '120.5', day: '2025-11-21' },
  mood: 'positive',
  none: null,
};
const branchOf = (params: JsonObject, inputMapping?: { [param: string]: string }): string => {
  const decided = decide({ params, ...(inputMapping === undefined ? {} : { inputMapping }) }, outputs);
  return decided.ok ? decided.branch : decided.code;
};

describe('conditionals', () => {
  it.each([
    ['price.value', 'gt', 100, 'then'],
    ['price.value', 'lte', 100, 'else'],
    ['price.text', 'gte', 120.5, 'then'],
    ['price.day', 'lt', '2026-01-01', 'then'],
    ['mood', 'eq', 'positive', 'then'],
    ['mood', 'ne', 'positive', 'else'],
    ['price', 'eq', { day: '2025-11-21', text: '120.5', value: 120 }, 'then'],
    ['price.absent', 'exists', null, 'else'],
    ['none', 'exists', null, 'else'],
    ['price.absent', 'gt', 1, 'INPUT_MISSING'],
    ['mood', 'gt', 1, 'TRANSFORM_FAILED'],
    ['mood', 'like', 1, 'TRANSFORM_FAILED'],
  ] as [string, string, Json, string][])('%s %s %j goes to %s', (left, operator, right, expected) => {
    expect(branchOf({ left, operator, right, then: 'a' })).toBe(expected);
  });

  it('takes sides from its input mapping', () => {
    expect(branchOf({ operator: 'gt', right: 100 }, { left: 'price.value' })).toBe('then');
    expect(branchOf({ left: 'price.value', operator: 'gt' }, { right: 'price.absent' })).toBe(
      'INPUT_MISSING',
    );
  });

  it('rules out the other branch, except for steps that both need', () => {
    const params = { then: ['a', 'shared'], else: ['b', 'shared'] };
    expect(ruledOutBy(params, 'then')).toEqual(['b']);
    expect(ruledOutBy(params, 'else')).toEqual(['a']);
    expect(branchTargets({ then: 'a' }, 'else')).toEqual([]);
  });

  it('says what is wrong with its params', () => {
    expect(checkConditional({ left: 'price.value', operator: 'gt', right: 1, then: 'a' })).toEqual({
      problems: [],
      roots: ['price'],
    });
    expect(checkConditional({ operator: 'like' }).problems).toHaveLength(4);
  });
});
