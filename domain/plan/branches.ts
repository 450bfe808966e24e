import type { JsonObject } from '../../schemas/core/json.ts';

/** The step ids a branch consists of; none when the branch is absent. */
export function branchTargets(params: JsonObject, branch: 'then' | 'else'): string[] {
  const value = Object.hasOwn(params, branch) ? params[branch] : undefined;
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
}

/** The step ids that a taken branch rules out: those of the other branch, unless both name them. */
export function ruledOutBy(params: JsonObject, taken: 'then' | 'else'): string[] {
  const kept = new Set(branchTargets(params, taken));
  return branchTargets(params, taken === 'then' ? 'else' : 'then').filter((id) => !kept.has(id));
}
