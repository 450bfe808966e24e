import type { Json } from '../../schemas/core/json.ts';
import { ruledOutBy } from './branches.ts';
import type { DraftStep } from './draft.ts';
import { ancestors, topologicalOrder } from './graph.ts';
import { parsePath, type Path } from './paths.ts';
import { requiredPaths } from './template.ts';

const MOST_CONDITIONS = 10; // 1024 ways to decide them; beyond that nothing is certain here

/**
 * Steps that fail however the conditions are decided, found before anything is paid: those that need outputs of branches that
 * exclude each other, and those that read what an output of ours never has. Needs a sound graph.
 */
export function doomedProblems(steps: readonly DraftStep[]): string[] {
  const before = ancestors(steps);
  const byKey = new Map(steps.map((step) => [step.outputKey, step]));
  return steps.flatMap((step) => [
    ...deadPaths(step, byKey),
    ...lackingInAllWorlds(step, relevant(steps, before, step), byKey),
  ]);
}

const relevant = (
  steps: readonly DraftStep[],
  before: ReadonlyMap<string, Set<string>>,
  { id }: DraftStep,
): DraftStep[] => steps.filter((other) => other.id === id || before.get(id)!.has(other.id));

/** A step that runs in some world, and in each of these without an output that it needs. */
function lackingInAllWorlds(
  step: DraftStep,
  steps: readonly DraftStep[],
  byKey: ReadonlyMap<string, DraftStep>,
): string[] {
  const conditions = steps.filter(({ id, type }) => type === 'conditional' && id !== step.id);
  const needed = neededPaths(step).flatMap(({ root }) => byKey.get(root)?.id ?? []);
  if (needed.length === 0 || conditions.length === 0 || conditions.length > MOST_CONDITIONS) return [];
  const order = topologicalOrder(steps)!;
  const lacking = new Set<string>();
  for (let world = 0; world < 2 ** conditions.length; world++) {
    const skipped = skippedIn(world, order, steps, conditions);
    if (skipped.has(step.id)) continue;
    const missing = needed.filter((id) => skipped.has(id));
    if (missing.length === 0) return [];
    for (const id of missing) lacking.add(id);
  }
  if (lacking.size === 0) return [];
  return [
    `Step "${step.id}" needs the outputs of ${[...lacking].join(' and ')}, and however the conditions are decided one of them is skipped. Read outputs of branches with merge, or with optional slots of a template.`,
  ];
}

/** The steps that are skipped when the bits of `world` decide the conditions. */
function skippedIn(
  world: number,
  order: readonly string[],
  steps: readonly DraftStep[],
  conditions: readonly DraftStep[],
): Set<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ruledOut = new Set<string>();
  const skipped = new Set<string>();
  for (const id of order) {
    const { dependencies, params } = byId.get(id)!;
    const isIdle = dependencies.length > 0 && dependencies.every((other) => skipped.has(other));
    if (ruledOut.has(id) || isIdle) {
      skipped.add(id);
      continue;
    }
    const bit = conditions.findIndex((condition) => condition.id === id);
    if (bit >= 0)
      for (const other of ruledOutBy(params, (world >> bit) & 1 ? 'then' : 'else')) ruledOut.add(other);
  }
  return skipped;
}

/** What a step cannot do without. Lists of paths skip what does not exist. */
function neededPaths(step: DraftStep): Path[] {
  const { params, inputMapping = {} } = step;
  const isExists = step.type === 'conditional' && params['operator'] === 'exists';
  const mapped = new Set(Object.keys(inputMapping));
  const texts = isExists ? [] : [...Object.values(inputMapping), ...ownPaths(step)];
  return texts.flatMap((text) => parsePath(text) ?? []).filter(({ root }) => !mapped.has(root));
}

function ownPaths({ type, params, inputMapping = {} }: DraftStep): string[] {
  if (type === 'conditional') return 'left' in inputMapping ? [] : textsIn(params['left']);
  if (type !== 'data_transform') return [];
  if (params['op'] === 'template') return requiredPaths(params['template'] ?? '');
  if (params['op'] === 'pick' && params['from'] === undefined)
    return Object.values(params['paths'] ?? {}).flatMap(textsIn);
  return params['op'] === 'merge' ? [] : textsIn(params['from']);
}

const textsIn = (value: Json | undefined): string[] => (typeof value === 'string' ? [value] : []);

/** Paths into outputs whose shape is ours: of conditions and of transforms. */
function deadPaths(step: DraftStep, byKey: ReadonlyMap<string, DraftStep>): string[] {
  return neededPaths(step).flatMap(({ root, segments }) => {
    const source = byKey.get(root);
    const names = source && membersOf(source);
    const [first] = segments;
    if (names === undefined || first === undefined || names.includes(String(first))) return [];
    const has = names.length === 0 ? 'is no object' : `has only ${names.join(', ')}`;
    return [`Step "${step.id}" reads "${first}" of "${root}", which ${has}.`];
  });
}

/** The members of an output that we make, none for texts and numbers; undefined where they are not known. */
function membersOf({ type, params }: DraftStep): string[] | undefined {
  if (type === 'conditional') return ['result', 'branch'];
  if (type !== 'data_transform') return undefined;
  if (params['op'] === 'aggregate') return [];
  return params['op'] === 'pick' ? Object.keys(params['paths'] ?? {}) : undefined;
}
