import type { JsonObject } from '../../../schemas/core/json.ts';
import type { CatalogueService } from '../catalogue.ts';
import { sameJson } from '../compare.ts';
import type { Builder, Product } from './builder.ts';
import type { Call } from './call.ts';
import type { Feed } from './feed.ts';
import type { Profile } from './profile.ts';
import { textOf, type Scene, type Task } from './scene.ts';

/** Adds a step for each call, and for each output of a fan-out that a call's input belongs to. */
export function placeCalls(
  scene: Scene,
  task: Task,
  { service, fields }: Profile,
  calls: readonly Call[],
): Product[] {
  const group = scene.builder.newGroup();
  const spread = calls.flatMap((call) =>
    spreadOf(call, scene.builder).map((one) => ({ ...one, symbol: symbolOf(call, fields) })),
  );
  return spread.map((call) => addStep(scene, task, service, { ...call, group, several: spread.length > 1 }));
}

const symbolOf = ({ params }: Call, fields: Profile['fields']): string | undefined => {
  const name = fields?.find(({ role }) => role === 'symbol')?.name;
  const value = name === undefined ? undefined : params[name];
  return typeof value === 'string' ? value : undefined;
};

function spreadOf(call: Call, builder: Builder): Call[] {
  const { feed } = call;
  if (feed.kind !== 'one') return [call];
  const siblings = builder
    .products()
    .filter(({ group, service }) => group === feed.product.group && service === feed.product.service);
  return siblings.length < 2 ? [call] : siblings.map((product) => ({ ...call, feed: { ...feed, product } }));
}

function addStep(
  { builder, ...scene }: Scene,
  task: Task,
  service: CatalogueService,
  call: Call & { symbol: string | undefined; group: number; several: boolean },
): Product {
  const source = fedBy(call.feed, builder);
  const mark = call.symbol ?? (call.feed.kind === 'one' ? call.feed.product.symbol : undefined);
  const mapping = source === undefined ? call.mapping : { ...call.mapping, [source.param]: source.path };
  const params = call.several ? titled(call.params, mark) : call.params;
  const known = alreadyThere(service, params, mapping, builder);
  if (known !== undefined) return known;
  const product = builder.add({
    name: mark === undefined ? service.id : `${service.id}_${mark}`,
    label: mark === undefined ? service.name : `${service.name} (${mark})`,
    type: 'service_call',
    action: textOf(scene, task) || service.name,
    params,
    inputMapping: mapping,
    uses: [...(source === undefined ? [] : [source.product]), ...call.used],
    service,
    group: call.group,
    ...(mark === undefined ? {} : { symbol: mark }),
  });
  scene.doubts.assumptions.push(...call.assumptions.map((one) => ({ ...one, step: product.step })));
  return product;
}

/** Sibling steps of a fan-out get titles that tell them apart. */
function titled(params: JsonObject, mark: string | undefined): JsonObject {
  const { title } = params;
  return mark === undefined || typeof title !== 'string' || title.startsWith(`${mark}:`)
    ? params
    : { ...params, title: `${mark}: ${title}` };
}

function fedBy(feed: Feed, builder: Builder): { param: string; path: string; product: Product } | undefined {
  if (feed.kind === 'one')
    return { param: feed.param, path: `${feed.product.key}${feed.path}`, product: feed.product };
  if (feed.kind !== 'all') return undefined;
  const composed = builder.add({
    name: `${feed.param}_input`,
    label: 'Collected results',
    type: 'data_transform',
    action: `Put together ${feed.products.map((product) => product.label).join(', ')}`,
    params: { op: 'template', template: feed.template },
    uses: feed.products,
    group: builder.newGroup(),
  });
  return { param: feed.param, path: composed.key, product: composed };
}

/** The same call twice would be paid twice: its first answer is used again. */
function alreadyThere(
  service: CatalogueService,
  params: JsonObject,
  mapping: { [param: string]: string },
  builder: Builder,
): Product | undefined {
  const usable = new Map(builder.products().map((product) => [product.step, product]));
  const step = builder.steps.find(
    (one) =>
      one.serviceId === service.id &&
      usable.has(one.id) &&
      sameJson(one.params, params) &&
      sameJson(one.inputMapping ?? {}, mapping),
  );
  return step === undefined ? undefined : usable.get(step.id);
}
