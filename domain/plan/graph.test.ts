import { describe, expect, it } from 'vitest';
import { ancestors, criticalPath, criticalTime, parallelGroups, topologicalOrder } from './graph.ts';

const step = (id: string, estimatedTime: number, dependencies: string[] = [], parallelizable = true) => ({
  id,
  estimatedTime,
  dependencies,
  parallelizable,
});
const diamond = [
  step('d', 1, ['b', 'c']),
  step('a', 10),
  step('b', 5, ['a']),
  step('c', 50, ['a']),
  step('e', 3, ['a'], false),
];

describe('plan graphs', () => {
  it('orders steps after their dependencies', () => {
    expect(topologicalOrder(diamond)).toEqual(['a', 'b', 'c', 'e', 'd']);
    expect(topologicalOrder([step('x', 1, ['y']), step('y', 1, ['x'])])).toBeUndefined();
  });

  it('knows all ancestors', () => {
    expect(ancestors(diamond).get('d')).toEqual(new Set(['b', 'c', 'a']));
    expect(ancestors([step('x', 1, ['x'])]).get('x')).toEqual(new Set(['x']));
  });

  it('finds the longest way by time', () => {
    expect(criticalPath(diamond)).toEqual(['a', 'c', 'd']);
    expect(criticalTime(diamond)).toBe(61);
    expect(criticalPath([])).toEqual([]);
  });

  it('groups what may run together, and leaves exclusive steps alone', () => {
    expect(parallelGroups(diamond)).toEqual([['a'], ['b', 'c'], ['e'], ['d']]);
  });
});
