import type { CatalogueService } from '../catalogue.ts';
import { LOWEST_SCORE, rankServices } from '../scoring.ts';
import type { Task } from './tasks.ts';
import { conceptsOf, relatedTo, roleOf, type Concept } from './vocabulary.ts';
import { stem, STOP_WORDS, wordsOf } from './words.ts';

/** What a service is for: `named` from its name, category and capabilities, `told` from its description. */
interface Profile {
  named: ReadonlySet<Concept>;
  told: ReadonlySet<Concept>;
  namedStems: ReadonlySet<string>;
  stems: ReadonlySet<string>;
}

function profileOf(service: CatalogueService): Profile {
  const name = [service.name, service.category, ...service.capabilities].join(' ').replaceAll(/[_-]/g, ' ');
  const stems = (text: string): Set<string> =>
    new Set(
      wordsOf(text)
        .filter((word) => !STOP_WORDS.has(word))
        .map(stem),
    );
  return {
    named: new Set(conceptsOf(name)),
    told: new Set(conceptsOf(service.description)),
    namedStems: stems(name),
    stems: stems(`${name} ${service.description}`),
  };
}

/** How well a service fits what a task wants: 0 not at all, 3 and more by name. */
function fitness(task: Task, wanted: Concept | undefined, service: CatalogueService): number {
  const profile = profileOf(service);
  const shared = [...task.stems].filter((word) => profile.stems.has(word)).length;
  const sharedNames = [...task.stems].filter((word) => profile.namedStems.has(word)).length;
  if (wanted === undefined) return sharedNames > 0 || shared > 1 ? sharedNames + shared / 2 : 0;
  const base = profile.named.has(wanted)
    ? 3
    : profile.told.has(wanted) && !isOtherwise(profile, wanted)
      ? 1
      : 0;
  if (base === 0) return 0;
  const also = [...task.concepts].filter((concept) => concept !== wanted);
  const overlap =
    also.filter((concept) => profile.named.has(concept)).length +
    also.filter((concept) => profile.told.has(concept)).length / 2;
  return base + overlap / 4 + sharedNames / 5 + shared / 20;
}

/** A service that is named for another kind of work only mentions this one. */
function isOtherwise(profile: Profile, wanted: Concept): boolean {
  return profile.named.size > 0 && ![...profile.named].some((concept) => roleOf(concept) === roleOf(wanted));
}

/**
 * Services that can do a task, best first: those that fit about as well as the best one, by the contract's score.
 * `cheapest` puts the price first instead (a plan that has to cost less).
 */
export function servicesFor(
  task: Task,
  services: readonly CatalogueService[],
  cheapest = false,
): CatalogueService[] {
  const wanted = task.primary === undefined ? [undefined] : [task.primary, ...relatedTo(task.primary)];
  for (const concept of wanted) {
    const fitting = services
      .map((service) => ({ service, fit: fitness(task, concept, service) }))
      .filter(({ fit }) => fit > 0);
    const best = Math.max(0, ...fitting.map(({ fit }) => fit));
    const close = fitting.filter(({ fit }) => fit >= best - CLOSE).map(({ service }) => service);
    const ranked = rankServices(task.text, close).filter(({ score }) => score >= LOWEST_SCORE);
    if (cheapest) ranked.sort((a, b) => Number(a.service.pricePerCall) - Number(b.service.pricePerCall));
    if (ranked.length > 0) return ranked.map(({ service }) => service);
  }
  return [];
}

const CLOSE = 0.3;
