import { nextMoves, type DagNode, type DagState } from '../../domain/plan/dag.ts';

/** How one node ended. A parked node did nothing irreversible and may run again after a decision. */
export type NodeEnd<Parked, Failure> =
  | { kind: 'completed'; ruledOut?: string[] }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'parked'; why: Parked }
  | { kind: 'stopped' };

export interface DagRun<Parked, Failure> {
  failures: { id: string; failure: Failure }[];
  parked: { id: string; why: Parked }[];
  /** Every node completed or was skipped. */
  done: boolean;
}

export interface DagHooks<Parked, Failure> {
  run(id: string): Promise<NodeEnd<Parked, Failure>>;
  skipped(id: string): void;
  stopping(): boolean;
}

/**
 * Runs what can run, at most `limit` at once, until nothing runs any more. After a failure, a parked node or a wish to
 * stop or a crash no further node is started; those that run are waited for, because money may move in them. Any order of completions gives the same decisions,
 * because `nextMoves` looks at states only.
 */
export async function runDag<Parked, Failure>(
  nodes: readonly DagNode[],
  state: DagState,
  limit: number,
  hooks: DagHooks<Parked, Failure>,
): Promise<DagRun<Parked, Failure>> {
  const result: DagRun<Parked, Failure> = { failures: [], parked: [], done: false };
  const ended: { id: string; end: NodeEnd<Parked, Failure> }[] = [];
  let crash: { error: unknown } | undefined;
  let running = 0;
  let wake = (): void => undefined; // a plain promise: each satisfied condition would cost another round in the sandbox

  const finished = (note: () => void): void => {
    note();
    wake();
  };
  const launch = (id: string): void => {
    state.nodes[id] = 'running';
    running++;
    hooks.run(id).then(
      (end) => finished(() => ended.push({ id, end })),
      (error: unknown) =>
        finished(() => {
          crash ??= { error };
          running--;
        }),
    );
  };
  const advance = (): void => {
    for (;;) {
      if (crash !== undefined || hooks.stopping() || result.failures.length > 0 || result.parked.length > 0)
        return;
      const moves = nextMoves(nodes, state, limit);
      for (const id of moves.start) launch(id);
      for (const id of moves.skip) {
        state.nodes[id] = 'skipped';
        hooks.skipped(id);
      }
      if (moves.skip.length === 0) return;
    }
  };

  advance();
  while (running > 0) {
    if (ended.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    for (const { id, end } of ended.splice(0)) {
      running--;
      apply(state, result, id, end);
    }
    advance();
  }
  if (crash !== undefined) throw crash.error;
  result.done = nodes.every(
    (node) => state.nodes[node.id] === 'completed' || state.nodes[node.id] === 'skipped',
  );
  return result;
}

function apply<P, F>(state: DagState, result: DagRun<P, F>, id: string, end: NodeEnd<P, F>): void {
  switch (end.kind) {
    case 'completed':
      state.nodes[id] = 'completed';
      for (const other of end.ruledOut ?? []) state.ruledOut[other] = true;
      break;
    case 'failed':
      state.nodes[id] = 'failed';
      result.failures.push({ id, failure: end.failure });
      break;
    case 'parked':
      state.nodes[id] = 'waiting';
      result.parked.push({ id, why: end.why });
      break;
    case 'stopped':
      state.nodes[id] = 'waiting';
  }
}
