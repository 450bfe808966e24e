import type { CatalogueService } from '../catalogue.ts';
import type { DraftStep } from '../draft.ts';
import { parsePath } from '../paths.ts';
import { literalsOf, type Literal } from './deciding.ts';

const SLOT = /\{\{[^{}]*\}\}/g;
const GLUED = new Set<Literal['role']>(['text', 'data', 'sections', 'series', 'query', 'title']);

/**
 * Literals that reach a service through free steps: a template without slots is a value like any other. Words around the slots of
 * a text are its form, but around the slots of a symbol or an address they would be a part of it.
 */
export function literalsBehind(
  step: DraftStep,
  steps: readonly DraftStep[],
  service: CatalogueService | undefined,
): Literal[] {
  const byKey = new Map(steps.map((one) => [one.outputKey, one]));
  return Object.entries(step.inputMapping ?? {}).flatMap(([param, from]) => {
    const root = parsePath(from)?.root ?? from;
    return transformsBehind(byKey.get(root), steps).flatMap((transform) =>
      literalsIn(transform, step, param, service),
    );
  });
}

/** The free steps that a value may come through, the nearest first. */
function transformsBehind(first: DraftStep | undefined, steps: readonly DraftStep[]): DraftStep[] {
  const found: DraftStep[] = [];
  const open = first === undefined ? [] : [first];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type !== 'data_transform' || found.includes(next)) continue;
    found.push(next);
    const { dependencies } = next;
    open.push(...steps.filter(({ id }) => dependencies.includes(id)));
  }
  return found;
}

function literalsIn(
  { params }: DraftStep,
  step: DraftStep,
  param: string,
  service: CatalogueService | undefined,
): Literal[] {
  const template = params['op'] === 'template' ? params['template'] : undefined;
  if (template === undefined) return [];
  return literalsOf({ ...step, params: { [param]: template } }, service).flatMap((literal) => {
    if (typeof literal.value !== 'string' || !literal.value.includes('{{')) return [literal];
    const glue = literal.value.replaceAll(SLOT, ' ').trim();
    return glue === '' || GLUED.has(literal.role) ? [] : [{ ...literal, value: glue }];
  });
}
