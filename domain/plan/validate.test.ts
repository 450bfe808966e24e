import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DraftStep } from './draft.ts';
import { topologicalOrder } from './graph.ts';
import { validateSteps } from './validate.ts';

const step = (id: string, over: Partial<DraftStep> = {}): DraftStep => ({
  id,
  type: 'service_call',
  action: 'do it',
  params: {},
  outputKey: `out_${id}`,
  dependencies: [],
  ...over,
});
const problemsOf = (...steps: DraftStep[]): string => validateSteps(steps).join('\n');

describe('valid plans', () => {
  it('may map outputs of direct and indirect dependencies', () => {
    const steps = [
      step('a'),
      step('b', { dependencies: ['a'] }),
      step('c', { dependencies: ['b'], inputMapping: { x: 'out_a.list[0].y' } }),
    ];
    expect(validateSteps(steps)).toEqual([]);
  });

  it('may branch', () => {
    const check = step('check', {
      type: 'conditional',
      dependencies: ['a'],
      params: { left: 'out_a.n', operator: 'gt', right: 1, then: 'b', else: ['c'] },
    });
    expect(
      validateSteps([
        step('a'),
        check,
        step('b', { dependencies: ['check'] }),
        step('c', { dependencies: ['check'] }),
      ]),
    ).toEqual([]);
  });
});

describe('invalid plans', () => {
  it.each([
    ['no steps', [], '1 to 50 steps'],
    ['too many steps', Array.from({ length: 51 }, (_, index) => step(`s${index}`)), 'this one has 51'],
    ['an id twice', [step('a'), step('a', { outputKey: 'x' })], 'id "a" is used more than once'],
    [
      'an outputKey twice',
      [step('a'), step('b', { outputKey: 'out_a' })],
      'outputKey "out_a" is used more than once',
    ],
    ['an unknown dependency', [step('a', { dependencies: ['z'] })], '"z", which is not a step'],
    [
      'a circle',
      [step('a', { dependencies: ['b'] }), step('b', { dependencies: ['a'] })],
      'a, b depend on each other in a circle',
    ],
    [
      'a mapping to a stranger',
      [step('a'), step('b', { inputMapping: { x: 'out_a' } })],
      'must begin with the outputKey of a step it depends on',
    ],
    ['a mapping that is no path', [step('a', { inputMapping: { x: 'a..b' } })], 'must be a path'],
    ['an inherited name', [step('constructor')], 'the id must be'],
    [
      'a param called __proto__',
      [step('a', { params: JSON.parse('{"__proto__":1}') as DraftStep['params'] })],
      'cannot be a param',
    ],
    ['no action', [step('a', { action: ' ' })], 'action must say'],
    [
      'too many attempts',
      [step('a', { retryPolicy: { maxAttempts: 11 } })],
      'retryPolicy.maxAttempts must be 1 to 10',
    ],
    [
      'a delay that is no number',
      [step('a', { retryPolicy: { maxDelayMs: Number.NaN } })],
      'retryPolicy.maxDelayMs',
    ],
    ['a transform without op', [step('a', { type: 'data_transform' })], 'op must be one of'],
    [
      'a transform over a stranger',
      [step('a'), step('b', { type: 'data_transform', params: { op: 'identity', from: 'out_a' } })],
      '"out_a" is not the outputKey',
    ],
    [
      'a branch to a step that does not depend on it',
      [
        step('a'),
        step('b', {
          type: 'conditional',
          dependencies: ['a'],
          params: { left: 'out_a', operator: 'exists', then: 'a' },
        }),
      ],
      'must depend on it',
    ],
    [
      'a branch to nowhere',
      [
        step('a'),
        step('b', {
          type: 'conditional',
          dependencies: ['a'],
          params: { left: 'out_a', operator: 'exists', then: 'z' },
        }),
      ],
      'then names "z"',
    ],
  ] as [string, DraftStep[], string][])('names %s', (_, steps, problem) =>
    expect(problemsOf(...steps)).toContain(problem),
  );
});

describe('validation of anything', () => {
  it('never throws, and lets only sound graphs through', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'constructor', '');
    const anyStep = fc.record({
      id,
      type: fc.constantFrom('service_call' as const, 'data_transform' as const, 'conditional' as const),
      action: fc.string({ maxLength: 5 }),
      params: fc.oneof(
        fc.constant({ op: 'identity', from: 'a' }),
        fc.constant({ left: 'a', operator: 'exists', then: 'b' }),
        fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 1 })),
      ),
      inputMapping: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('a', 'b.c', 'd[0]', '..')),
      outputKey: id,
      dependencies: fc.array(id, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 5 }), (steps) => {
        const drafts = steps as DraftStep[];
        if (validateSteps(drafts).length > 0) return;
        expect(topologicalOrder(drafts)).toHaveLength(drafts.length);
        expect(new Set(drafts.map((one) => one.outputKey)).size).toBe(drafts.length);
      }),
      { numRuns: 1000 },
    );
  });
});
