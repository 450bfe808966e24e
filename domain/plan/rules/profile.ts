import type { CatalogueService } from '../catalogue.ts';
import { fieldsOf, outPathsOf, type Field, type OutPath } from './fields.ts';
import { isPlainVerb, kinOf } from './lexicon.ts';
import { isIn, vocabularyOf } from './words.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';

/** What a service declares, ready to be looked up. */
export interface Profile {
  service: CatalogueService;
  /** Words of its name, id and capabilities. */
  strong: ReadonlySet<string>;
  /** Words of its description, category, params and outputs. */
  weak: ReadonlySet<string>;
  /** Words of its name and description alone. */
  told: ReadonlySet<string>;
  /** Undefined when it tells nothing of its input. */
  fields: readonly Field[] | undefined;
  outputs: readonly OutPath[];
}

/** Words in names that tell no service from another. */
const EMPTY = new Set('service api tool online free slow fast pro the of and for data a an to'.split(' '));

const PROFILES = new WeakMap<CatalogueService, Profile>();

/** Read once for each service of a catalogue: hundreds of them are looked through for each request. */
export function profileOf(service: CatalogueService): Profile {
  const known = PROFILES.get(service);
  if (known !== undefined) return known;
  const profile = readProfile(service);
  PROFILES.set(service, profile);
  return profile;
}

function readProfile(service: CatalogueService): Profile {
  const fields = fieldsOf(service.inputSchema);
  const outputs = outPathsOf(service.outputSchema);
  const named = [...vocabularyOf([service.name, service.id])].filter((word) => !isPlainVerb(word));
  const strong = new Set(
    [...named, ...vocabularyOf(service.capabilities)].filter((word) => !EMPTY.has(word)),
  );
  const weak = vocabularyOf([
    service.description,
    service.category,
    ...(fields ?? []).flatMap((field) => [field.name, ...toldOf(field.schema)]),
    ...outputs.map((output) => output.name),
  ]);
  const told = vocabularyOf([service.name, service.description]);
  return { service, strong, weak, told, fields, outputs };
}

const toldOf = (schema: JsonObject): string[] =>
  [schema['description'], schema['title'], ...enumOf(schema)].filter((one) => typeof one === 'string');

const enumOf = (schema: JsonObject): unknown[] => (Array.isArray(schema['enum']) ? schema['enum'] : []);

/** How surely a word is about this service: 1 it is named so, 0.8 by a word of the same kind, 0.5 it is told so, 0.3 in other words. */
export function hit(word: string, { strong, weak }: Pick<Profile, 'strong' | 'weak'>): number {
  if (isIn(word, strong)) return 1;
  const kin = kinOf(word);
  if ([...kin].some((other) => strong.has(other))) return 0.8;
  if (isIn(word, weak)) return 0.5;
  return [...kin].some((other) => weak.has(other)) ? 0.3 : 0;
}
