import type { JsonObject } from '../../../schemas/core/json.ts';
import type { CatalogueService } from '../catalogue.ts';
import { sameJson } from '../compare.ts';
import type { Product } from './builder.ts';
import { fieldsOf } from './fields.ts';
import { availableTo, type PlanningState } from './state.ts';
import type { Task } from './tasks.ts';
import { wire, type Feed, type Wiring } from './wiring.ts';

const MOST_SYMBOLS = 10;

type Wired = Extract<Wiring, { ok: true }>;

/** Adds the step, or one for each asset or each output of a fan-out before it. Undefined when it cannot be wired. */
export function placeService(
  service: CatalogueService,
  task: Task,
  state: PlanningState,
): Product[] | undefined {
  const group = state.builder.newGroup();
  const symbols = fanOutSymbols(service, task, state);
  const products: Product[] = [];
  for (const symbol of symbols) {
    const wiring = wire(service, task, state.context, availableTo(state), symbol);
    if (!wiring.ok) return undefined;
    const calls = spread(wiring, state);
    const several = symbols.length > 1 || calls.length > 1;
    for (const one of calls) products.push(addStep(service, task, state, { ...one, symbol, group, several }));
  }
  for (const capability of service.capabilities.slice(0, 2)) state.capabilities.add(capability);
  return products;
}

/** A service that takes one asset is called once for each asset that the instruction (or the request) names. */
function fanOutSymbols(
  service: CatalogueService,
  task: Task,
  { context }: PlanningState,
): (string | undefined)[] {
  const takesOne = fieldsOf(service.inputSchema)?.some((field) => field.role === 'symbol') ?? false;
  const own = task.entities.symbols;
  const named = own.length > 0 ? own : [...new Set(context.tasks.flatMap((one) => one.entities.symbols))];
  return takesOne && named.length > 1
    ? named.slice(0, MOST_SYMBOLS)
    : [named.length === 1 && takesOne ? named[0] : undefined];
}

/** A service that takes one output is called once for each output of the fan-out that its input belongs to. */
function spread(wiring: Wired, state: PlanningState): Wired[] {
  const { feed } = wiring;
  if (feed.kind !== 'one') return [wiring];
  const siblings = state.builder
    .products()
    .filter((product) => product.group === feed.product.group && product.service === feed.product.service);
  if (siblings.length < 2) return [wiring];
  return siblings.map((product) => ({ ...wiring, feed: { ...feed, product } }));
}

function addStep(
  service: CatalogueService,
  task: Task,
  state: PlanningState,
  wiring: Wired & { symbol: string | undefined; group: number; several: boolean },
): Product {
  const source = fedBy(wiring.feed, state);
  const mark = wiring.symbol ?? (wiring.feed.kind === 'one' ? wiring.feed.product.symbol : undefined);
  const mapping = source === undefined ? wiring.mapping : { ...wiring.mapping, [source.param]: source.path };
  const params = wiring.several ? titled(wiring, mark) : wiring.params;
  const known = alreadyThere(service, params, mapping, state);
  if (known !== undefined) return known;
  return state.builder.add({
    name: mark === undefined ? service.id : `${service.id}_${mark}`,
    label: mark === undefined ? service.name : `${service.name} (${mark})`,
    type: 'service_call',
    action: task.text,
    params,
    inputMapping: mapping,
    uses: [...(source === undefined ? [] : [source.product]), ...wiring.used],
    service,
    group: wiring.group,
    ...(mark === undefined ? {} : { symbol: mark }),
  });
}

/** Sibling steps of a fan-out get titles that tell them apart. */
function titled(wiring: Wired, mark: string | undefined): Wired['params'] {
  const { title } = wiring.params;
  return mark === undefined || typeof title !== 'string' || title.startsWith(`${mark}:`)
    ? wiring.params
    : { ...wiring.params, title: `${mark}: ${title}` };
}

function fedBy(
  feed: Feed,
  state: PlanningState,
): { param: string; path: string; product: Product } | undefined {
  if (feed.kind === 'one')
    return { param: feed.param, path: `${feed.product.key}${feed.path}`, product: feed.product };
  if (feed.kind !== 'all') return undefined;
  const composed = state.builder.add({
    name: `${feed.param}_input`,
    label: 'Collected results',
    type: 'data_transform',
    action: `Put together ${feed.products.map((product) => product.label).join(', ')}`,
    params: { op: 'template', template: feed.template },
    uses: feed.products,
    group: state.builder.newGroup(),
  });
  return { param: feed.param, path: composed.key, product: composed };
}

/** The same call twice would be paid twice: its first answer is used again. */
function alreadyThere(
  service: CatalogueService,
  params: JsonObject,
  mapping: { [param: string]: string },
  state: PlanningState,
): Product | undefined {
  const usable = new Map(state.builder.products().map((product) => [product.step, product]));
  const step = state.builder.steps.find(
    (one) =>
      one.serviceId === service.id &&
      usable.has(one.id) &&
      sameJson(one.params, params) &&
      sameJson(one.inputMapping ?? {}, mapping),
  );
  return step === undefined ? undefined : usable.get(step.id);
}
