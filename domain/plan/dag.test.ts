import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextMoves, sinks, startDag, type DagNode, type DagState } from './dag.ts';

const node = (id: string, dependencies: string[] = [], exclusive = false): DagNode => ({
  id,
  dependencies,
  exclusive,
});

/** Runs a graph to its end, finishing running nodes in the order `pick` chooses; answers what happened. */
function play(
  nodes: DagNode[],
  limit: number,
  pick: (running: string[]) => number,
  ruledOut: DagState['ruledOut'] = {},
): {
  started: string[];
  state: DagState;
  most: number;
} {
  const state: DagState = { ...startDag(nodes), ruledOut };
  const started: string[] = [];
  let most = 0;
  for (;;) {
    for (;;) {
      const moves = nextMoves(nodes, state, limit);
      for (const id of moves.start) {
        state.nodes[id] = 'running';
        started.push(id);
      }
      for (const id of moves.skip) state.nodes[id] = 'skipped';
      if (moves.skip.length === 0) break;
    }
    const running = nodes.map(({ id }) => id).filter((id) => state.nodes[id] === 'running');
    most = Math.max(most, running.length);
    if (running.length === 0) return { started, state, most };
    state.nodes[running[pick(running) % running.length]!] = 'completed';
  }
}

/** Graphs whose edges only go back to earlier nodes: always acyclic. */
const graphs = fc
  .array(fc.tuple(fc.array(fc.nat(20), { maxLength: 3 }), fc.boolean()), { minLength: 1, maxLength: 20 })
  .map((rows) =>
    rows.map(([back, exclusive], index) => {
      const dependencies = index === 0 ? [] : [...new Set(back.map((n) => `n${n % index}`))];
      return node(`n${index}`, dependencies, exclusive && index % 4 === 0);
    }),
  );

describe('nextMoves', () => {
  test('starts independent nodes at once, up to the limit, in the graph’s order', () => {
    const nodes = ['a', 'b', 'c'].map((id) => node(id));
    expect(nextMoves(nodes, startDag(nodes), 2)).toEqual({ start: ['a', 'b'], skip: [] });
  });

  test('runs an exclusive node alone', () => {
    const nodes = [node('a'), node('x', [], true), node('b')];
    const state = startDag(nodes);
    expect(nextMoves(nodes, state, 5).start).toEqual(['a', 'b']);
    state.nodes['a'] = state.nodes['b'] = 'completed';
    expect(nextMoves(nodes, state, 5).start).toEqual(['x']);
    state.nodes['x'] = 'running';
    expect(nextMoves(nodes, state, 5).start).toEqual([]);
  });

  test('skips what a conditional ruled out, and what only hangs on skipped nodes', () => {
    const nodes = [node('if'), node('no', ['if']), node('after', ['no']), node('end', ['if', 'after'])];
    const { state, started } = play(nodes, 5, () => 0, { no: true });
    expect(started).toEqual(['if', 'end']);
    expect(state.nodes).toEqual({ if: 'completed', no: 'skipped', after: 'skipped', end: 'completed' });
  });

  test('gives the same result for any order of completions, within the limit', () => {
    fc.assert(
      fc.property(
        graphs,
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(), { minLength: 1 }),
        (nodes, limit, order) => {
          let turn = 0;
          const { started, state, most } = play(nodes, limit, () => order[turn++ % order.length]!);
          expect(Object.values(state.nodes).every((end) => end === 'completed')).toBe(true);
          expect(new Set(started).size).toBe(nodes.length);
          expect(most).toBeLessThanOrEqual(limit);
          for (const { id, dependencies } of nodes)
            for (const dependency of dependencies)
              expect(started.indexOf(dependency)).toBeLessThan(started.indexOf(id));
        },
      ),
    );
  });
});

test('sinks are the nodes nobody depends on', () => {
  expect(sinks([node('a'), node('b', ['a']), node('c', ['a'])])).toEqual(['b', 'c']);
});
