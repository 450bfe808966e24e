/** What scheduling needs to know of a step. `exclusive` steps run alone. */
export interface DagNode {
  id: string;
  dependencies: readonly string[];
  exclusive: boolean;
}

export type NodeState = 'waiting' | 'running' | 'completed' | 'skipped' | 'failed' | 'parked';

/** State of a graph: every node's, and the branches that conditionals ruled out. */
export interface DagState {
  readonly nodes: { [id: string]: NodeState };
  readonly ruledOut: { [id: string]: true };
}

/** All wait, except those that are known to be done or skipped from the start. */
export function startDag(
  nodes: readonly DagNode[],
  { done = [], skipped = [] }: { done?: readonly string[]; skipped?: readonly string[] } = {},
): DagState {
  const first = (id: string): NodeState =>
    done.includes(id) ? 'completed' : skipped.includes(id) ? 'skipped' : 'waiting';
  return { nodes: Object.fromEntries(nodes.map(({ id }) => [id, first(id)])), ruledOut: {} };
}

/** What to do next: start these, and mark those as skipped. Both in the graph's order, whatever finished first. */
export interface DagMoves {
  start: string[];
  skip: string[];
}

/**
 * Decides from state alone. A node starts when all its dependencies have ended and at least one was not skipped;
 * it is skipped when a conditional ruled it out or when all its dependencies were skipped. At most `limit` run at
 * once; an exclusive node waits until nothing runs and then runs alone.
 */
export function nextMoves(nodes: readonly DagNode[], state: DagState, limit: number): DagMoves {
  const moves: DagMoves = { start: [], skip: [] };
  let running = nodes.filter((node) => state.nodes[node.id] === 'running');
  for (const node of nodes) {
    if (state.nodes[node.id] !== 'waiting') continue;
    if (state.ruledOut[node.id] || (node.dependencies.length > 0 && allSkipped(node, state))) {
      moves.skip.push(node.id);
      continue;
    }
    if (!isReady(node, state) || running.length >= limit) continue;
    if (running.some((other) => other.exclusive) || (node.exclusive && running.length > 0)) continue;
    moves.start.push(node.id);
    running = [...running, node];
  }
  return moves;
}

const isReady = (node: DagNode, state: DagState): boolean =>
  node.dependencies.every((id) => state.nodes[id] === 'completed' || state.nodes[id] === 'skipped');

const allSkipped = (node: DagNode, state: DagState): boolean =>
  node.dependencies.every((id) => state.nodes[id] === 'skipped');

/** The ids no other node depends on. */
export function sinks(nodes: readonly DagNode[]): string[] {
  const needed = new Set(nodes.flatMap((node) => node.dependencies));
  return nodes.filter((node) => !needed.has(node.id)).map((node) => node.id);
}
