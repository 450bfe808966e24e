/** What graph helpers need to know of a step. `estimatedTime` is ms. */
export interface GraphStep {
  id: string;
  dependencies: readonly string[];
}

type TimedStep = GraphStep & { estimatedTime: number; parallelizable: boolean };

/** Ids so that each comes after its dependencies, otherwise in the given order; undefined when they go in a circle. */
export function topologicalOrder(steps: readonly GraphStep[]): string[] | undefined {
  const order: string[] = [];
  const done = new Set<string>();
  let waiting = [...steps];
  while (waiting.length > 0) {
    const ready = waiting.filter((step) => step.dependencies.every((id) => done.has(id)));
    if (ready.length === 0) return undefined;
    for (const step of ready) {
      order.push(step.id);
      done.add(step.id);
    }
    waiting = waiting.filter((step) => !done.has(step.id));
  }
  return order;
}

/** Every step's direct and indirect dependencies. Works on graphs with circles, too. */
export function ancestors(steps: readonly GraphStep[]): Map<string, Set<string>> {
  const direct = new Map(steps.map((step) => [step.id, step.dependencies]));
  const collect = (id: string): Set<string> => {
    const found = new Set<string>();
    const open = [...(direct.get(id) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...(direct.get(next) ?? []));
    }
    return found;
  };
  return new Map(steps.map((step) => [step.id, collect(step.id)]));
}

/** The ids on the longest way through the graph by estimated time, first to last. Expects an acyclic graph. */
export function criticalPath(steps: readonly TimedStep[]): string[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ends = new Map<string, { time: number; before: string | undefined }>();
  for (const id of topologicalOrder(steps) ?? []) {
    const step = byId.get(id)!;
    let before: string | undefined;
    for (const dependency of step.dependencies)
      if (before === undefined || ends.get(dependency)!.time > ends.get(before)!.time) before = dependency;
    ends.set(id, { time: step.estimatedTime + (before === undefined ? 0 : ends.get(before)!.time), before });
  }
  let last: string | undefined;
  for (const [id, end] of ends) if (last === undefined || end.time > ends.get(last)!.time) last = id;
  const path: string[] = [];
  for (let id = last; id !== undefined; id = ends.get(id)!.before) path.unshift(id);
  return path;
}

/** Steps that may run at the same time, group after group; a step that is not parallelizable is a group of its own. */
export function parallelGroups(steps: readonly TimedStep[]): string[][] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const level = new Map<string, number>();
  const levels: string[][] = [];
  for (const id of topologicalOrder(steps) ?? []) {
    const depth = Math.max(-1, ...byId.get(id)!.dependencies.map((dependency) => level.get(dependency)!)) + 1;
    level.set(id, depth);
    (levels[depth] ??= []).push(id);
  }
  return levels.flatMap((ids) => {
    const together = ids.filter((id) => byId.get(id)!.parallelizable);
    const alone = ids.filter((id) => !byId.get(id)!.parallelizable).map((id) => [id]);
    return together.length > 0 ? [together, ...alone] : alone;
  });
}

/** Estimated ms along the critical path. */
export function criticalTime(steps: readonly TimedStep[]): number {
  const onPath = new Set(criticalPath(steps));
  return steps.reduce((total, step) => total + (onPath.has(step.id) ? step.estimatedTime : 0), 0);
}
