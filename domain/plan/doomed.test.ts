import { describe, expect, it } from 'vitest';
import type { DraftStep } from './draft.ts';
import { validateSteps } from './validate.ts';

const step = (id: string, over: Partial<DraftStep> = {}): DraftStep => ({
  id,
  type: 'service_call',
  action: 'do it',
  params: {},
  outputKey: `o_${id}`,
  dependencies: [],
  ...over,
});
const decides = (id: string, then: string | string[], otherwise?: string | string[], after = ['a']) =>
  step(id, {
    type: 'conditional',
    dependencies: after,
    params: {
      left: 'o_a.n',
      operator: 'gt',
      right: 1,
      then,
      ...(otherwise === undefined ? {} : { else: otherwise }),
    },
  });
const transform = (id: string, params: DraftStep['params'], dependencies: string[]) =>
  step(id, { type: 'data_transform', params, dependencies });

/** a → c → (x | y), and a join of both. */
const branched = (join: DraftStep): DraftStep[] => [
  step('a'),
  decides('c', 'x', 'y'),
  step('x', { dependencies: ['c'] }),
  step('y', { dependencies: ['c'] }),
  join,
];
const BOTH = ['x', 'y'];

describe('a plan that fails for certain', () => {
  it.each([
    ['maps both', step('j', { dependencies: BOTH, inputMapping: { l: 'o_x.ok', r: 'o_y.ok' } })],
    ['has both in a template', transform('j', { op: 'template', template: '{{o_x}} {{o_y.a}}' }, BOTH)],
    [
      'has both deep in a template',
      transform('j', { op: 'template', template: { t: ['{{o_x}}', '{{o_y}}'] } }, BOTH),
    ],
    ['picks of both', transform('j', { op: 'pick', paths: { l: 'o_x.a', r: 'o_y.a' } }, BOTH)],
  ])('because a join of two branches %s is refused, and says what would do', (_, join) => {
    expect(validateSteps(branched(join))).toEqual([
      expect.stringMatching(
        /^Step "j" needs the outputs of (x and y|y and x), .* Read outputs of branches with merge/,
      ),
    ]);
  });

  it('is refused when the join hangs on the branches indirectly', () => {
    const steps = [
      step('a'),
      decides('c', ['x', 'x2'], ['y', 'y2']),
      step('x', { dependencies: ['c'] }),
      step('x2', { dependencies: ['x', 'c'] }),
      step('y', { dependencies: ['c'] }),
      step('y2', { dependencies: ['y', 'c'] }),
      step('j', { dependencies: ['x2', 'y2', 'a'], inputMapping: { l: 'o_x', r: 'o_y2', s: 'o_a' } }),
    ];
    expect(validateSteps(steps)).toHaveLength(1);
  });

  it('is refused when two conditions rule out what one step needs', () => {
    const steps = [
      step('a'),
      decides('c', 'x', 'd'),
      decides('d', 'y', undefined, ['c', 'a']),
      step('x', { dependencies: ['c'] }),
      step('y', { dependencies: ['d'] }),
      step('j', { dependencies: ['a', 'x', 'y'], inputMapping: { l: 'o_x', r: 'o_y' } }),
    ];
    expect(validateSteps(steps).join()).toContain('Step "j" needs');
  });

  it.each([
    [
      'a member that a decision does not have',
      { x: 'o_c.value' },
      'reads "value" of "o_c", which has only result, branch',
    ],
    ['a member of a number', { x: 'o_sum.total' }, 'reads "total" of "o_sum", which is no object'],
    ['what was not picked', { x: 'o_some.b' }, 'reads "b" of "o_some", which has only a'],
  ])('because it reads %s is refused', (_, inputMapping, problem) => {
    const steps = [
      step('a'),
      decides('c', 'j'),
      transform('sum', { op: 'aggregate', from: 'o_a', fn: 'count' }, ['a']),
      transform('some', { op: 'pick', paths: { a: 'o_a.a' } }, ['a']),
      step('j', { dependencies: ['c', 'sum', 'some'], inputMapping }),
    ];
    expect(validateSteps(steps).join()).toContain(problem);
  });
});

describe('a plan that may succeed', () => {
  it.each([
    ['merges what there is', transform('j', { op: 'merge', from: ['o_x', 'o_y'] }, BOTH)],
    ['lists what there is', transform('j', { op: 'identity', from: ['o_x', 'o_y'] }, BOTH)],
    ['has optional slots', transform('j', { op: 'template', template: '{{o_x?}} {{o_y.a?}}' }, BOTH)],
    ['needs one of them', step('j', { dependencies: BOTH, inputMapping: { l: 'o_x' } })],
    [
      'needs what came before',
      step('j', { dependencies: BOTH, inputMapping: { l: 'o_a.b', r: 'o_c.result' } }),
    ],
    [
      'asks which there is',
      step('j', {
        type: 'conditional',
        dependencies: BOTH,
        params: { left: 'o_x', operator: 'exists', then: 'z' },
        inputMapping: { right: 'o_y' },
      }),
    ],
  ])('because a join of two branches %s is valid', (_, join) => {
    expect(validateSteps([...branched(join), step('z', { dependencies: ['j'] })])).toEqual([]);
  });

  it('is valid where both branches name the same step, which then always runs', () => {
    const steps = [
      step('a'),
      decides('c', ['x', 'y'], ['y']),
      step('x', { dependencies: ['c'] }),
      step('y', { dependencies: ['c'] }),
      step('j', { dependencies: ['x', 'y'], inputMapping: { l: 'o_x', r: 'o_y' } }),
    ];
    expect(validateSteps(steps)).toEqual([]);
  });
});

describe('a plan that cannot be carried', () => {
  it.each([
    ['U+0000', { t: 'a\0b' }],
    ['half a pair', { t: '\ud800' }],
    ['levels without end', JSON.parse('['.repeat(500) + ']'.repeat(500))],
  ])('because of %s is refused', (_, value) => {
    expect(validateSteps([step('a', { params: { value } })])).toEqual([expect.stringMatching(/^Step 1 is/)]);
  });

  it('because all of it is too large is refused, in bytes', () => {
    const many = (text: string) =>
      Array.from({ length: 40 }, (_, index) => step(`s${index}`, { params: { text } }));
    expect(validateSteps(many('x'.repeat(20_000)))).toEqual([]);
    expect(validateSteps(many('x'.repeat(30_000)))).toEqual([expect.stringContaining('larger than 1 MiB')]);
    expect(validateSteps(many('為'.repeat(12_000)))).toEqual([expect.stringContaining('larger than 1 MiB')]);
  });
});
