import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { isObject } from '../../json.ts';
import type { CatalogueService } from '../catalogue.ts';
import { fieldsOf, outPathsOf, alternatives, typesOf, type Field } from './fields.ts';
import type { Choice, Choices } from './scene.ts';

/** A free service that lists what another service's params take: `GET /symbols` for `symbol`. */
export interface Lookup {
  service: CatalogueService;
  /** Name of the list in its answer. */
  list: string;
  takers: { service: string; field: string }[];
}

const MOST_LOOKUPS = 10;

/** Free lookups of a catalogue: GET, no price, no required input, an output that lists what a param of the same seller or category is called. */
export function lookupsOf(services: readonly CatalogueService[]): Lookup[] {
  return services
    .filter((service) => isFree(service))
    .flatMap((service) =>
      listsOf(service).map((list) => ({ service, list, takers: takersOf(list, service, services) })),
    )
    .filter(({ takers }) => takers.length > 0)
    .slice(0, MOST_LOOKUPS);
}

const isFree = ({ method, pricePerCall, accepts, inputSchema }: CatalogueService): boolean =>
  method === 'GET' &&
  Number(pricePerCall) === 0 &&
  accepts.every(({ amount }) => BigInt(amount) === 0n) &&
  !(fieldsOf(inputSchema) ?? []).some(({ required }) => required);

const listsOf = ({ outputSchema }: CatalogueService): string[] =>
  outPathsOf(outputSchema).flatMap(({ path, name, schema }) =>
    path === `.${name}` && alternatives(schema).some((one) => typesOf(one).has('array')) ? [name] : [],
  );

function takersOf(
  list: string,
  lookup: CatalogueService,
  services: readonly CatalogueService[],
): Lookup['takers'] {
  return services
    .filter(
      (service) =>
        service !== lookup && (service.category === lookup.category || hostOf(service) === hostOf(lookup)),
    )
    .flatMap((service) =>
      (fieldsOf(service.inputSchema) ?? [])
        .filter((field) => isListedIn(field, list))
        .map(({ name }) => ({ service: service.id, field: name })),
    );
}

const hostOf = ({ url }: CatalogueService): string => (URL.canParse(url) ? new URL(url).host : url);

/** `symbols` lists `symbol`, and what an exchange goes from and to. */
function isListedIn({ name, role }: Field, list: string): boolean {
  const plain = list.toLowerCase();
  const isAsset = role === 'symbol' || role === 'symbols' || role === 'from' || role === 'to';
  return (
    plain === name.toLowerCase() ||
    plain === `${name.toLowerCase()}s` ||
    (isAsset && /^(symbols|tokens|assets|coins|tickers)$/.test(plain))
  );
}

const MOST_CHOICES = 1000;

/** What params take, from the answers of lookups; an answer that has no such list says nothing. */
export function choicesOf(lookups: readonly Lookup[], answers: ReadonlyMap<string, Json>): Choices {
  const choices = new Map<string, Map<string, readonly Choice[]>>();
  for (const { service, list, takers } of lookups) {
    const listed = readList(answers.get(service.id), list);
    if (listed.length === 0) continue;
    for (const taker of takers) {
      const fields = choices.get(taker.service) ?? new Map<string, readonly Choice[]>();
      choices.set(taker.service, fields.set(taker.field, listed));
    }
  }
  return choices;
}

function readList(answer: Json | undefined, list: string): Choice[] {
  const items = isObject(answer) ? answer[list] : undefined;
  if (!Array.isArray(items)) return [];
  return items.slice(0, MOST_CHOICES).flatMap((item): Choice[] => {
    if (typeof item === 'string') return [{ value: item, names: [] }];
    return isObject(item) ? choiceOf(item, list) : [];
  });
}

function choiceOf(item: JsonObject, list: string): Choice[] {
  const value = [list.replace(/s$/i, ''), 'id', 'code', 'value', 'symbol']
    .map((key) => item[key])
    .find((one) => typeof one === 'string');
  if (typeof value !== 'string') return [];
  const names = [item['name'], item['title'], item['label']].filter((one) => typeof one === 'string');
  return [{ value, names }];
}
