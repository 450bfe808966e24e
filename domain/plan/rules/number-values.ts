import { daysBetween } from '../understanding/days.ts';
import type { Mention } from '../understanding/reading.ts';
import type { Field } from './fields.ts';
import { found, NONE, type Finding, type Source } from './finding.ts';
import { wordAt, wordsWithin } from './scene.ts';
import { isIn, vocabularyOf } from './words.ts';

export const PEOPLE = vocabularyOf([
  'people persons person guests guest adults adult attendees participants seats visitors travellers travelers passengers passenger',
]);

export function counted({ scene, mentions, free }: Source, units: ReadonlySet<string>): Finding {
  const count = mentions.find((one) => one.kind === 'count' && isIn(one.unit, units));
  return count?.kind === 'count' ? found(count.value, wordsWithin(scene, count.span, free), count) : NONE;
}

/** "2 nights", "width 200": a number beside the param's own name. Nights also follow from a range of dates. */
export function numberValue(field: Field, source: Source): Finding {
  const { scene, mentions, free } = source;
  const own = vocabularyOf([field.name]);
  const count = counted(source, own);
  if (count.kind === 'found') return count;
  const isYear = (index: number): boolean =>
    own.has('year') && /^(19|20|21)\d\d$/.test(wordAt(scene, index).text);
  const years = free.filter(isYear);
  if (years.length === 1) return found(Number(wordAt(scene, years[0]!).text), years);
  const stay = mentions.find((one) => one.kind === 'duration' && isIn(one.unit, own));
  if (stay?.kind === 'duration') {
    const words = wordsWithin(scene, stay.span, free);
    const range = isIn('nights', own) ? nightsIn(source) : undefined;
    const isOther = range?.kind === 'found' && range.read.value !== stay.count;
    return isOther
      ? { kind: 'unfit', said: scene.reading.text.slice(...stay.span), words }
      : found(stay.count, words, stay);
  }
  const nights = isIn('nights', own) ? nightsIn(source) : undefined;
  if (nights !== undefined) return nights;
  const named = numberBeside(own, source);
  return named.kind === 'none' && field.required && BARE.test(field.name) ? onlyNumber(source) : named;
}

/** Names that say nothing of what the number is. */
const BARE = /^(value|amount|number|quantity|n|x)$/i;

/** "Convert 10 miles": the only number there is. Its unit stays for another param. */
function onlyNumber({ scene, mentions, free }: Source): Finding {
  const numbers = mentions.flatMap((one): { one: Mention; value: number }[] =>
    one.kind === 'number' || one.kind === 'count'
      ? [{ one, value: one.value }]
      : one.kind === 'money' && one.bound === 'none'
        ? [{ one, value: Number(one.amount) }]
        : [],
  );
  const [only] = numbers;
  if (numbers.length !== 1 || only === undefined) return NONE;
  const digits = wordsWithin(scene, only.one.span, free).filter(
    (index) => wordAt(scene, index).kind === 'number',
  );
  return found(only.value, digits, only.one);
}

/** From the first to the last day of a range, or weeks of them. Of "five days" nobody knows whether the last night counts. */
function nightsIn({ scene, mentions, free }: Source): Finding | undefined {
  const range = mentions.find((one) => one.kind === 'date' && one.to !== undefined);
  if (range?.kind === 'date') return found(daysBetween(range.from, range.to!), []);
  const [first, last] = mentions.filter((one) => one.kind === 'date');
  if (first?.kind === 'date' && last?.kind === 'date') {
    const words = wordsWithin(scene, last.span, free);
    const isEnd =
      LEAVING.test(scene.reading.text.slice(first.span[1], last.span[0])) && last.from > first.from;
    if (isEnd) return found(daysBetween(first.from, last.from), words, last);
  }
  const stay = mentions.find(
    (one) =>
      one.kind === 'duration' && one.when === 'plain' && /^(?:day|week|fortnight|month)$/.test(one.unit),
  );
  if (stay?.kind !== 'duration') return undefined;
  const words = wordsWithin(scene, stay.span, free);
  return /^(?:week|fortnight)$/.test(stay.unit)
    ? found(stay.days, words, stay)
    : { kind: 'unfit', said: scene.reading.text.slice(...stay.span), words };
}

const LEAVING = /\b(?:until|till|to|through|check-?\s?out|leav\w+|depart\w+|out)\b/i;

function numberBeside(own: ReadonlySet<string>, { scene, mentions, free }: Source): Finding {
  for (const one of mentions) {
    if (one.kind !== 'number' && one.kind !== 'count') continue;
    const at = wordsWithin(scene, one.span, free);
    const named = free.find((index) => isIn(wordAt(scene, index).norm, own));
    const isBeside = named !== undefined && at.some((index) => Math.abs(index - named) <= 2);
    if (isBeside) return found(one.value, [...at, named], one);
  }
  return NONE;
}
