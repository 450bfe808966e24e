import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import { plannerWords } from '../../domain/plan/rules/lexicon.ts';
import type { Choices } from '../../domain/plan/rules/scene.ts';
import type { Reading } from '../../domain/plan/understanding/reading.ts';

/** Reads a text as of one day (ISO), with the words of one catalogue. */
export type Reader = (text: string, today: string) => Reading;

/** The language libraries take most of a second to load: only a worker that reads a request does. */
const load = () => import('./language/read-request.ts');

/** Loads the language libraries, so that the first request need not wait for them. */
export const warmReader = async (): Promise<void> => {
  const { readRequest } = await load();
  readRequest('Get the price of the last 30 days', { today: '2026-01-01', vocabulary: [] });
};

/** A reader for requests about these services. */
export async function readerFor(services: readonly CatalogueService[], choices: Choices): Promise<Reader> {
  const { readRequest } = await load();
  const vocabulary = vocabularyOf(services, choices);
  return (text, today) => readRequest(text, { today, vocabulary });
}

/** Words that a typo may stand for: those of the catalogue, and those that the rules know. */
function vocabularyOf(services: readonly CatalogueService[], choices: Choices): string[] {
  const texts = services.flatMap(({ name, description, category, capabilities }) => [
    name,
    description,
    category,
    ...capabilities,
  ]);
  const lists = [...choices.values()].flatMap((fields) => [...fields.values()]);
  const names = lists.flat().flatMap((choice) => choice.names);
  const words = [...texts, ...names].flatMap((text) => text.match(/\p{L}{3,}/gu) ?? []);
  return [...new Set([...words, ...plannerWords()])];
}
