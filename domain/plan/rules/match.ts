import { priceOrder, rankServices, LOWEST_SCORE } from '../scoring.ts';
import { beginsPurpose, isMaterial, isSoft } from './lexicon.ts';
import { isLocal } from './local-words.ts';
import { isPlain, leadingVerb, phrasesOf, termsOf } from './phrases.ts';
import { hit, type Profile } from './profile.ts';
import { textOf, wordAt, type Scene, type Task } from './scene.ts';
import { symbolsIn } from './symbols.ts';
import { isIn, wordsOf } from './words.ts';

/** What a task asks for: the word that says it. `unknown`: nothing of the catalogue is called so. */
export type Head = { kind: 'word'; at: number } | { kind: 'unknown'; at: number } | { kind: 'none' };

export const NAMED = 0.8;
const TOLD = 0.5;

/** Services that the request does not rule out. */
export const allowed = ({ profiles, excluded }: Scene): Profile[] =>
  profiles.filter(({ service }) => !excluded.has(service.id));

/**
 * "Chart the prices" wants a chart: a verb decides that names what a service does. "Get the price history of SOL" wants a history: after
 * a plain verb the last noun of the first phrase decides.
 */
export function headOf(scene: Scene, task: Task): Head {
  const verb = leadingVerb(scene, task);
  if (verb !== undefined && isMaterial(wordAt(scene, verb).norm)) return { kind: 'unknown', at: verb };
  if (verb !== undefined && !isPlain(scene, verb)) {
    if (isCalled(scene, wordAt(scene, verb).norm) || isCalled(scene, wordAt(scene, verb).root))
      return { kind: 'word', at: verb };
    const object = toldObject(scene, task, verb);
    return object === undefined ? { kind: 'unknown', at: verb } : { kind: 'word', at: object };
  }
  if (verb !== undefined && isForeign(scene, task, verb)) return { kind: 'unknown', at: verb };
  const assets = new Set(symbolsIn(scene, task, undefined).flatMap(({ words }) => words));
  for (const phrase of phrasesOf(scene, task)) {
    if (isPurpose(scene, phrase)) continue;
    const nouns = phrase.filter((index) => index !== verb && !assets.has(index) && canBeHead(scene, index));
    const noun = nouns.findLast(
      (index) => wordAt(scene, index).kind !== 'name' || isCalled(scene, wordAt(scene, index).norm),
    );
    if (
      noun !== undefined &&
      !(isPlain(scene, noun) && nouns.length === 1 && !isCalled(scene, wordAt(scene, noun).norm))
    )
      return { kind: fits(scene, noun) ? 'word' : 'unknown', at: noun };
  }
  const isNamed = verb !== undefined && isCalled(scene, wordAt(scene, verb).norm);
  return isNamed ? { kind: 'word', at: verb } : { kind: 'none' };
}

/** "Order a courier", where a service is called courier and tells that it orders one. */
function toldObject(scene: Scene, task: Task, verb: number): number | undefined {
  const told = scene.profiles.filter(({ told: words }) =>
    [wordAt(scene, verb).norm, wordAt(scene, verb).root].some((word) => isIn(word, words)),
  );
  const [phrase = []] = phrasesOf(scene, { words: task.words.filter((index) => index > verb) });
  return phrase.findLast(
    (index) => canBeHead(scene, index) && told.some(({ strong }) => isIn(wordAt(scene, index).norm, strong)),
  );
}

const MAKING = new Set(['buy', 'purchase', 'write']);
const isMaker = (word: string): boolean => /(?:er|or)$/.test(word);

/** "Buy the book" and "write a recipe" want the thing itself: a service that only tells about such things does neither. */
function isForeign(scene: Scene, task: Task, verb: number): boolean {
  const { root } = wordAt(scene, verb);
  if (!MAKING.has(root)) return false;
  const [phrase = []] = phrasesOf(scene, { words: task.words.filter((index) => index > verb) });
  const nouns = phrase.map((index) => wordAt(scene, index).norm).filter((word) => isCalled(scene, word));
  return nouns.length > 0 && !scene.profiles.some((profile) => brings(profile, root, nouns));
}

/** What it is called last is what it brings, and so are its outputs: "Credit Rating", "Report Composer". */
function brings(
  { service, told, outputs, strong }: Profile,
  verb: string,
  nouns: readonly string[],
): boolean {
  const last = wordsOf(service.name).at(-1) ?? '';
  const isSaid = isIn(verb, told) || isMaker(last);
  const brought = [last, ...outputs.map(({ name }) => name.toLowerCase())];
  return nouns.some(
    (noun) => (isSaid && isIn(noun, strong)) || brought.some((one) => one === noun || one === `${noun}s`),
  );
}

/** "for my boss": whom or what it is for, where no service is about such a thing. */
function isPurpose(scene: Scene, phrase: readonly number[]): boolean {
  if (phrase.some((index) => fits(scene, index))) return false;
  for (let at = phrase[0]! - 1; at >= 0; at--) {
    const { norm } = wordAt(scene, at);
    if (beginsPurpose(norm)) return true;
    if (!isSoft(norm)) return false;
  }
  return false;
}

const canBeHead = (scene: Scene, index: number): boolean => {
  const { norm, kind } = wordAt(scene, index);
  if (kind === 'adverb' || kind === 'number' || isMaterial(norm)) return false;
  return kind !== 'adjective' || fits(scene, index);
};

const isCalled = (scene: Scene, word: string): boolean =>
  isLocal(word) || scene.profiles.some((profile) => hit(word, profile) >= NAMED);

const fits = (scene: Scene, index: number): boolean => {
  const { norm } = wordAt(scene, index);
  return isLocal(norm) || scene.profiles.some((profile) => hit(norm, profile) > 0);
};

export interface Match {
  profile: Profile;
  fit: number;
  /** How the head was met: 1 by name, 0.8 by a word of the same kind, 0.5 in the description, 0.3 loosely. */
  head: number;
}

const CLOSE = 0.3;

/** Services that are called what the task asks for, those that fit about as well as the best one by the contract's score. */
export function servicesFor(scene: Scene, task: Task, head: number): Match[] {
  const word = wordAt(scene, head);
  const others = termsOf(scene, task).filter((index) => index !== head);
  const isAlone = scene.profiles.filter((profile) => hit(word.norm, profile) > 0).length === 1;
  const fitting = allowed(scene).flatMap((profile): Match[] => {
    const main = Math.max(hit(word.norm, profile), hit(word.root, profile));
    const also = others.reduce((sum, index) => sum + hit(wordAt(scene, index).norm, profile), 0);
    const isAbout =
      main >= NAMED || (main >= TOLD && (also >= NAMED || isAlone)) || (main > 0 && also >= 1.5);
    return isAbout ? [{ profile, head: main, fit: 3 * main + Math.min(2, also / 2) }] : [];
  });
  const best = Math.max(0, ...fitting.map(({ fit }) => fit));
  const close = fitting.filter(({ fit }) => fit >= best - CLOSE);
  const ranked = rankServices(
    textOf(scene, task),
    close.map(({ profile }) => profile.service),
  ).filter(({ score }) => score >= LOWEST_SCORE);
  const services = scene.cheapest ? priceOrder(ranked) : ranked;
  return services.map(({ service }) => close.find(({ profile }) => profile.service.id === service.id)!);
}
