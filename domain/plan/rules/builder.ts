import type { JsonObject } from '../../../schemas/core/json.ts';
import type { CatalogueService } from '../catalogue.ts';
import type { DraftStep } from '../draft.ts';
import { isSafeName } from '../paths.ts';
import { outPathsOf, type OutPath } from './fields.ts';

/** What a step brings, for later steps to use. Products of one fan-out share a group. */
export interface Product {
  step: string;
  key: string;
  label: string;
  paths: OutPath[];
  group: number;
  service?: CatalogueService;
  symbol?: string;
  /** Made for a condition alone: nothing else works on it. */
  isAside?: boolean;
  /** Inside a branch that may not be taken: other steps must not rely on it. */
  branch?: string;
}

/** A step to add; ids and outputKeys are made from `name`. */
export interface NewStep {
  name: string;
  label: string;
  type: DraftStep['type'];
  action: string;
  params: JsonObject;
  inputMapping?: { [param: string]: string };
  uses: readonly Product[];
  dependsOn?: readonly string[];
  service?: CatalogueService;
  outputSchema?: JsonObject;
  symbol?: string;
  group: number;
  isAside?: boolean;
}

/** Grows a plan step by step and knows what each step brings and what nobody has used yet. */
export interface Builder {
  readonly steps: DraftStep[];
  /** Products that steps may use now, oldest first. */
  products(): Product[];
  /** Usable products that no step uses yet. */
  loose(): Product[];
  add(step: NewStep): Product;
  newGroup(): number;
  /** Steps added by `work` depend on the condition and are returned as its branch. */
  inBranch(condition: string, work: () => void): string[];
  /** Replaces the products of finished branches by one that joins whatever came to be. */
  joinBranches(): void;
}

const MOST_STEPS = 50;

/** Thrown inside the planner alone when a request needs more steps than a plan may have. */
export class TooManySteps extends Error {}

export function createBuilder(): Builder {
  const steps: DraftStep[] = [];
  const made: Product[] = [];
  const used = new Set<string>();
  const joined = new Set<string>();
  let branch: { condition: string; ids: string[] } | undefined;
  let groups = 0;

  const products = (): Product[] =>
    made.filter(
      (product) =>
        !joined.has(product.step) &&
        product.isAside !== true &&
        (product.branch === undefined || branch?.ids.includes(product.step) === true),
    );

  const add = (step: NewStep): Product => {
    if (steps.length >= MOST_STEPS) throw new TooManySteps();
    const id = freeName(step.name, steps);
    steps.push(draftOf(step, id, branch?.condition));
    for (const product of step.uses) used.add(product.step);
    const product = productOf(step, id, branch?.condition);
    if (step.type !== 'conditional') made.push(product);
    branch?.ids.push(id);
    return product;
  };

  return {
    steps,
    products,
    loose: () => products().filter((product) => !used.has(product.step)),
    add,
    newGroup: () => (groups += 1),
    inBranch(condition, work) {
      const outer = branch;
      branch = { condition, ids: [] };
      work();
      const { ids } = branch;
      branch = outer;
      return ids;
    },
    joinBranches() {
      const open = made.filter((product) => product.branch !== undefined && !joined.has(product.step));
      const ends = open.filter((product) => !used.has(product.step));
      for (const product of open) joined.add(product.step);
      if (ends.length === 0) return;
      add({
        name: 'outcome',
        label: 'Outcome',
        type: 'data_transform',
        action: 'Take the result of the branch that was taken',
        params: { op: 'identity', from: ends.map((product) => product.key) },
        uses: ends,
        // the condition itself always ends, so this step is not skipped with the branches
        dependsOn: ends.map((product) => product.branch!),
        group: (groups += 1),
      });
    },
  };
}

/** The step as the plan has it; in a branch it waits for the condition as well. */
function draftOf(step: NewStep, id: string, condition: string | undefined): DraftStep {
  const dependencies = [...step.uses.map((product) => product.step), ...(step.dependsOn ?? [])];
  if (condition !== undefined) dependencies.push(condition);
  return {
    id,
    type: step.type,
    ...(step.service === undefined ? {} : { serviceId: step.service.id }),
    action: step.action.slice(0, 1000),
    params: step.params,
    ...(step.inputMapping === undefined || Object.keys(step.inputMapping).length === 0
      ? {}
      : { inputMapping: step.inputMapping }),
    outputKey: id,
    dependencies: [...new Set(dependencies)],
  };
}

const productOf = (step: NewStep, id: string, condition: string | undefined): Product => ({
  step: id,
  key: id,
  label: step.label,
  paths: outPathsOf(step.outputSchema ?? step.service?.outputSchema),
  group: step.group,
  ...(step.service === undefined ? {} : { service: step.service }),
  ...(step.symbol === undefined ? {} : { symbol: step.symbol }),
  ...(condition === undefined ? {} : { branch: condition }),
  ...(step.isAside === true && { isAside: true }),
});

/** `name` as an id that no step has, made of lower-case letters, digits and underscores. */
function freeName(name: string, steps: readonly DraftStep[]): string {
  const slug =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .slice(0, 48) || 'step';
  const base = isSafeName(slug) ? slug : `step_${slug}`;
  const taken = new Set(steps.map((step) => step.id));
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}_${number}`;
    if (!taken.has(id)) return id;
  }
}
