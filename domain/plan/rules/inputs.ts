import type { Product } from './builder.ts';
import type { Inputs } from './feed.ts';
import { isDataRole, typesOf, type Field } from './fields.ts';
import { isAhead, isValueWord, leadingVerb, termsOf } from './phrases.ts';
import { hit, type Profile } from './profile.ts';
import { quotesFor } from './quotes.ts';
import { textOf, wordAt, wordsWithin, type Scene, type Task } from './scene.ts';
import { symbolsIn } from './symbols.ts';

/** True when a service works on data that something else brings. */
export const worksOnData = ({ fields }: Profile): boolean =>
  fields?.some(({ role }) => isDataRole(role)) ?? false;

/** Text or numbers that the request itself brings for a service that works on such. */
export function givenIn(scene: Scene, profile: Profile, task: Task): Pick<Inputs, 'text' | 'numbers'> {
  const { fields = [] } = profile;
  const reads = fields.some(({ role, schema }) => role === 'text' && typesOf(schema).has('string'));
  const takesLinks = ['link', 'url', 'address'].some((word) => hit(word, profile) > 0);
  const reader = fields.find(({ role }) => role === 'text');
  const quotes = reader === undefined ? [] : quotesFor(reader, scene, fields, task.mentions);
  const own = task.mentions.flatMap((mention) =>
    quotes.some((quote) => quote === mention) || (takesLinks && mention.kind === 'url')
      ? ['value' in mention ? String(mention.value) : '']
      : [],
  );
  const texts = own.length > 0 ? own : scene.given;
  if (own.length > 1 && APART.test(textOf(scene, task))) return {};
  if (reads && texts.length > 0) return { text: texts.join('\n') };
  const numbers = task.mentions.flatMap((mention) => (mention.kind === 'number' ? [mention.value] : []));
  return fields.some(({ role }) => role === 'series') && numbers.length > 2 ? { numbers } : {};
}

/** "Of each", "of one or the other": two texts are not one. */
const APART = /\b(?:each|both|separately|respectively)\b|["”'’]\s+or\b/iu;

export const isGiven = ({ text, numbers }: Pick<Inputs, 'text' | 'numbers'>): boolean =>
  text !== undefined || numbers !== undefined;

/**
 * What of a task a service does not do itself: "chart of SOL prices" leaves "SOL prices". Words that another service is named for and this
 * one only mentions are left, too. Undefined when nothing is left.
 */
export function remainderOf(scene: Scene, task: Task, profile: Profile, head: number): Task | undefined {
  const verb = leadingVerb(scene, task) ?? head;
  const own = task.mentions.filter((mention) => isOwn(scene, profile, mention));
  const consumed = new Set([
    head,
    verb,
    ...ownWords(scene, task, profile),
    ...own.flatMap(({ span }) => wordsWithin(scene, span, task.words)),
  ]);
  const words = task.words.filter((index) => !consumed.has(index));
  const terms = termsOf(scene, { words });
  const { text } = givenIn(scene, profile, task);
  const mentions = task.mentions.filter(
    (mention) =>
      !(
        mention.kind === 'quote' ||
        (mention.kind === 'url' && text !== undefined) ||
        isOwn(scene, profile, mention)
      ),
  );
  const hasAddress = mentions.some(({ kind }) => kind === 'url' || kind === 'email');
  const hasWindow =
    words.some((index) => isValueWord(scene.reading, index) && !scene.account.isTaken(index)) &&
    mentions.some(({ kind }) => kind === 'duration');
  return terms.length > 0 || hasAddress || hasWindow ? { ...task, words, mentions } : undefined;
}

/** Words that the service is about more than any other. */
function ownWords(scene: Scene, task: Task, profile: Profile): number[] {
  return termsOf(scene, task).filter((index) => {
    const { norm } = wordAt(scene, index);
    const own = hit(norm, profile);
    if (own >= 1) return true;
    const others = Math.max(
      0,
      ...scene.profiles.filter((one) => one !== profile).map((one) => hit(norm, one)),
    );
    return own >= 0.3 && own >= others;
  });
}

const takesMail = ({ role, schema }: Field): boolean => role === 'email' || schema['format'] === 'email';

/** A window ahead belongs to what looks ahead, an address to whom something is sent. */
const isOwn = (scene: Scene, { fields }: Profile, mention: Task['mentions'][number]): boolean =>
  (mention.kind === 'email' && (fields?.some(takesMail) ?? false)) ||
  (mention.kind === 'duration' &&
    (mention.when === 'future' || (mention.when === 'plain' && isAhead(scene, mention.span))) &&
    (fields?.some(({ role }) => role === 'horizon') ?? false));

/** Outputs that a task speaks of: "chart the prices" after prices were fetched. Undefined when it speaks of something else. */
export function spokenOf(scene: Scene, rest: Task): Product[] | undefined {
  const symbols = symbolsIn(scene, rest, undefined);
  const assets = new Set(symbols.flatMap(({ words }) => words));
  const terms = termsOf(scene, rest).filter((index) => !assets.has(index));
  if (rest.mentions.some(({ kind }) => kind !== 'count' && kind !== 'number')) return undefined;
  const products = scene.builder.products().filter((product) => {
    const profile = scene.profiles.find(({ service }) => service.id === product.service?.id);
    if (profile === undefined) return false;
    const isNamed = symbols.length === 0 || symbols.some(({ value }) => value === product.symbol);
    return isNamed && terms.every((index) => hit(wordAt(scene, index).norm, profile) >= 0.5);
  });
  return products.length > 0 && (terms.length > 0 || symbols.length > 0) ? products : undefined;
}

export const looseInputs = ({ builder }: Scene): Inputs => ({
  loose: builder.loose(),
  all: builder.products(),
});
