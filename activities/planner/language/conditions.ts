import type { Clause, Word } from '../../../domain/plan/understanding/reading.ts';
import { moodOf, type Piece } from './moods.ts';

const norm = (words: readonly Word[], at: number): string => words[at]?.norm ?? '';
/** "tell me if it rains" asks whether. */
const ASKS_WHETHER =
  /^(?:me|us|know|check|see|ask|wonder|verify|sure|whether|find|out|even|as|test|determine|what|only)$/u;
/** "if possible", "it would be nice if you could": politeness. */
const POLITE =
  /^if (?:possible|you (?:can|could|would|please|like|want|wish|may|will)|(?:it is|it's) possible)\b/u;
const QUESTION_AFTER_WHEN = /^(?:is|are|was|were|will|did|does|do|can|could|should|to)$/u;

const PROVISO =
  /^(?:in case (?!of )|(?:provided|providing|assuming|supposing) (?!by |for )|(?:as|so) (?:soon|long) as (?!possible|you )|on (?:the )?condition )/u;
const ONCE =
  /^once (?!you )(?:i|we|he|she|they|my|our|his|her|their|the|that|it|it's|\p{L}+ (?:is|are|has|have))\b/u;
const SHOULD = /^should (?:it|he|she|they|the|there|my|our|any|\p{L}+ (?:be|have|fall|rise|drop))\b/u;

/** "in case", "provided that", "as soon as", "once my visa arrives", "should it rain": nobody orders it for now. */
function beginsProviso(words: readonly Word[], at: number): boolean {
  if (!PROVISO_WORDS.has(norm(words, at))) return false;
  const text = `${words
    .slice(at, at + 5)
    .map((word) => word.norm)
    .join(' ')} `;
  return (
    PROVISO.test(text) || (norm(words, at - 1) !== 'at' && ONCE.test(text)) || (at === 0 && SHOULD.test(text))
  );
}

const PROVISO_WORDS = new Set('in provided providing assuming supposing as so on once should'.split(' '));

/** Does a condition begin at this word? */
export function beginsCondition(words: readonly Word[], at: number): boolean {
  const word = norm(words, at);
  if (word === 'if' && POLITE.test(`if ${norm(words, at + 1)} ${norm(words, at + 2)} ${norm(words, at + 3)}`))
    return false;
  if (word === 'if') return !ASKS_WHETHER.test(norm(words, at - 1)) || norm(words, at - 1) === 'only';
  if (word === 'unless' || word === 'whenever') return true;
  if (beginsProviso(words, at)) return true;
  if (word === 'when') return !QUESTION_AFTER_WHEN.test(norm(words, at + 1));
  return false;
}

export const beginsOtherwise = (words: readonly Word[], at: number): boolean =>
  norm(words, at) === 'otherwise' ||
  (norm(words, at) === 'else' && !/(?:thing|body|one|where|what|who)$/u.test(norm(words, at - 1)));

const hasOtherwise = (piece: Piece): boolean =>
  beginsOtherwise(piece.words, 0) ||
  piece.begin === 'otherwise' ||
  /^if (?:not|no)$/u.test(`${norm(piece.words, 0)} ${norm(piece.words, 1)}`);

const isCondition = (piece: Piece): boolean =>
  beginsCondition(piece.words, 0) &&
  !/^(?:if not|if no)$/u.test(`${norm(piece.words, 0)} ${norm(piece.words, 1)}`);

/** "make a chart if it is above 100": nothing of the sentence comes after the condition but its alternative. */
function isLast(pieces: readonly Piece[], at: number): boolean {
  const next = pieces[at + 1];
  return next === undefined || next.sentence !== pieces[at]?.sentence || hasOtherwise(next);
}

/** "if ..., make a chart, otherwise send it": each piece knows what it depends on. */
export function findMoods(pieces: readonly Piece[]): Clause['mood'][] {
  const moods: Clause['mood'][] = [];
  let branch: Clause['mood'] | undefined;
  for (const [at, piece] of pieces.entries()) {
    const before = pieces[at - 1];
    if (before?.sentence !== piece.sentence) branch = undefined;
    if (hasOtherwise(piece)) branch = 'otherwise';
    else if (isCondition(piece)) branch = 'condition';
    else if (branch === 'condition') branch = 'then';
    if (
      branch === 'condition' &&
      before?.sentence === piece.sentence &&
      isLast(pieces, at) &&
      /instruction|fragment/u.test(moods[at - 1] ?? '')
    ) {
      moods[at - 1] = 'then';
    }
    moods.push(branch ?? moodOf(piece));
  }
  return moods;
}
