import { covers } from '../understanding/spans.ts';
import type { Reading } from '../understanding/reading.ts';
import { isPlainVerb, isSoft } from './lexicon.ts';
import { isLocal } from './local-words.ts';
import { wordAt, type Scene, type Task } from './scene.ts';

const PREPOSITIONS = new Set(
  'of for about on from over in at with between to by during since into as within against under above near around regarding concerning using via'.split(
    ' ',
  ),
);
export const isPreposition = (word: string): boolean => PREPOSITIONS.has(word);

/** True for words of dates, amounts and counts: they are values, never what is wanted. */
export const isValueWord = (reading: Reading, index: number): boolean => {
  const { span } = reading.words[index]!;
  return reading.mentions.some((mention) => mention.kind !== 'count' && covers(mention.span, span));
};

/** Words that say what is wanted: not the grammar, not courtesy, not dates and amounts. */
export function termsOf(scene: Scene, task: Pick<Task, 'words'>): number[] {
  return task.words.filter((index) => {
    const { norm, kind } = wordAt(scene, index);
    if ((kind === 'verb' || index === task.words[0]) && isPlain(scene, index)) return false;
    return !isSoft(norm) && !isValueWord(scene.reading, index) && !scene.account.isTaken(index);
  });
}

/** The verb that begins an instruction, if there is one: "chart it", "please book a hotel". */
export function leadingVerb(scene: Scene, { words }: Pick<Task, 'words'>): number | undefined {
  let isFirst = true;
  for (const [place, index] of words.entries()) {
    const word = wordAt(scene, index);
    if (
      word.kind === 'verb' &&
      !AUXILIARIES.has(word.norm) &&
      !isSoft(word.norm) &&
      !isOf(scene, words[place + 1])
    )
      return index;
    if (isFirst && isLocal(word.norm)) return index;
    if (word.kind === 'noun' && isFirst && isFollowedLikeAVerb(scene, words[place + 1])) return index;
    if (!isSoft(word.norm)) return undefined;
    isFirst &&= JOINING.has(word.norm);
  }
  return undefined;
}

const JOINING = new Set('and then please also now just finally next kindly'.split(' '));

/** "Book of the month": what stands before "of" is a thing. */
const isOf = (scene: Scene, next: number | undefined): boolean =>
  next !== undefined && wordAt(scene, next).norm === 'of';

const AUXILIARIES = new Set(
  'is are was were be been am do does did have has had can could would should will shall may might must let'.split(
    ' ',
  ),
);
const OBJECT_STARTS = new Set(
  'a an the it this that these those them my our your me us all each both every some'.split(' '),
);

const isFollowedLikeAVerb = (scene: Scene, next: number | undefined): boolean =>
  next !== undefined && OBJECT_STARTS.has(wordAt(scene, next).norm);

/** Noun phrases of a task, each up to the next preposition, without soft words and values. */
export function phrasesOf(scene: Scene, task: Pick<Task, 'words'>): number[][] {
  const phrases: number[][] = [[]];
  const terms = new Set(termsOf(scene, task));
  let last: number | undefined;
  for (const index of task.words) {
    const isBreak = isPreposition(wordAt(scene, index).norm) || (last !== undefined && index > last + 1);
    if (isBreak && phrases.at(-1)!.length > 0) phrases.push([]);
    if (terms.has(index)) phrases.at(-1)!.push(index);
    last = index;
  }
  return phrases.filter((phrase) => phrase.length > 0);
}

export const isPlain = (scene: Scene, index: number): boolean =>
  isPlainVerb(wordAt(scene, index).root) || isPlainVerb(wordAt(scene, index).norm);

/** "forecast 10 days" looks ahead, "forecast from 10 days" does not. */
export const isAhead = ({ reading }: Pick<Scene, 'reading'>, [start]: readonly [number, number]): boolean =>
  /\b(?:forecast|predict|project|extrapolate)\w*\s+(?:\w+\s+)?$/i.test(
    reading.text.slice(Math.max(0, start - 30), start),
  );
