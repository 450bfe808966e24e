import type { JsonObject } from '../../../schemas/core/json.ts';
import type { CatalogueService } from '../catalogue.ts';
import type { Lack } from './doubts.ts';
import { fieldsOf, isDataRole } from './fields.ts';
import { hit, profileOf } from './profile.ts';
import { isSoft } from './lexicon.ts';
import { wordsOf } from './words.ts';

const MOST_OF_A_KIND = 20;
const MOST_NEAREST = 3;

/** What exists, the nearest services for what nothing does with what they need, and a sentence that works. */
export function teach(
  services: readonly CatalogueService[],
  lacking: readonly Lack[],
  example: string | undefined,
): JsonObject {
  return {
    lacking: lacking.slice(0, 20).map(({ text, why }) => ({
      text: text.slice(0, 300),
      ...(why !== undefined && { why }),
      nearest: nearestTo(text, services).map((service) => ({ ...brief(service), needs: needsOf(service) })),
    })),
    services: byCategory(services),
    ...(example !== undefined && { example }),
  };
}

function nearestTo(text: string, services: readonly CatalogueService[]): CatalogueService[] {
  const words = wordsOf(text).filter((word) => !isSoft(word));
  return services
    .map((service) => {
      const profile = profileOf(service);
      return { service, near: words.reduce((sum, word) => sum + hit(word, profile), 0) };
    })
    .filter(({ near }) => near > 0)
    .toSorted((a, b) => b.near - a.near || (a.service.id < b.service.id ? -1 : 1))
    .slice(0, MOST_NEAREST)
    .map(({ service }) => service);
}

const brief = ({ id, name, pricePerCall, currency }: CatalogueService): JsonObject => ({
  id,
  name,
  price: `${pricePerCall} ${currency}`,
});

const needsOf = ({ inputSchema }: CatalogueService): string[] =>
  (fieldsOf(inputSchema) ?? [])
    .filter(({ required, role }) => required || isDataRole(role))
    .map(({ name }) => name)
    .slice(0, 20);

function byCategory(services: readonly CatalogueService[]): JsonObject {
  const kinds = Map.groupBy(services, ({ category }) => category);
  return Object.fromEntries(
    [...kinds]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, 50)
      .map(([category, list]) => [category || 'other', list.slice(0, MOST_OF_A_KIND).map(brief)]),
  );
}

/** Sentences that might work, the cheapest paid service first; whoever plans tries them. */
export function candidateSentences(
  services: readonly CatalogueService[],
): { text: string; service: string }[] {
  return services
    .filter(
      ({ pricePerCall, inputSchema }) =>
        Number(pricePerCall) > 0 && !(fieldsOf(inputSchema) ?? []).some(({ role }) => isDataRole(role)),
    )
    .toSorted((a, b) => Number(a.pricePerCall) - Number(b.pricePerCall))
    .flatMap((service) => sentencesFor(service).map((text) => ({ text, service: service.id })))
    .slice(0, 12);
}

function sentencesFor({ name, inputSchema }: CatalogueService): string[] {
  const values = (fieldsOf(inputSchema) ?? [])
    .filter(({ required }) => required)
    .map(({ name: field, role }) => ({ field, role, value: WORDS[role] }));
  if (values.some(({ value }) => value === undefined)) return [];
  const [from, to] = [values.find(({ role }) => role === 'from'), values.find(({ role }) => role === 'to')];
  if (from !== undefined && to !== undefined) return [`Get the ${name} between SOL and USDC`];
  return [`Get the ${name} ${values.map(({ value }) => value).join(' ')}`.trim()];
}

const WORDS: { readonly [role: string]: string | undefined } = {
  symbol: 'of SOL',
  symbols: 'of SOL and ETH',
  from: '',
  to: '',
  location: 'in Lisbon',
  date: 'on 10 January 2027',
  days: 'for the last 30 days',
  people: 'for 2 people',
};
