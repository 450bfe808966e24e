import type { Clause, Word } from '../../../domain/plan/understanding/reading.ts';
import { beginsCondition, beginsOtherwise, findMoods } from './conditions.ts';
import { isFinite, type Piece } from './moods.ts';
import { beginsNegation, negatesAt } from './negation.ts';
import { beginsOrder, isPlainOrder } from './verbs.ts';

/** What stands before each word, and whether the library takes it for a verb in the infinitive. */
export interface Context {
  text: string;
  masked: string;
  isInfinitive: readonly boolean[];
  sentenceOf: readonly number[];
}

const JOINS = new Set(
  'and then or but plus also next finally afterwards first firstly second secondly third thirdly last lastly please kindly so just later after that additionally pls plz now maybe subsequently thereafter afterward too again only simply always'.split(
    ' ',
  ),
);
const CONJUNCTION = /^(?:and|then|or|but|plus|nor)$/u;
const SUBJECT = /^(?:i|we|you|he|she|they|i'd|i'm|i've|we're|we've|we'd|let's|could|can|would)$/u;
const NEAR = 5;
const COMMA = /[,;:(–—|&+]|\s-\s|->|→/u;
const STRONG = /;|->|→/u;
const RESTART = /^(?:just|only|instead|but)$/u;
const MOST_JOINS = 5;

const normAt = (words: readonly Word[], at: number): string => words[at]?.norm ?? '';

function skipJoins(words: readonly Word[], at: number): number {
  let next = at;
  while (JOINS.has(normAt(words, next)) && next - at < MOST_JOINS) next += 1;
  return next;
}

const beginsSpecial = (words: readonly Word[], at: number): boolean =>
  beginsCondition(words, at) || beginsOtherwise(words, at) || beginsNegation(words, at);

const orderAt = (words: readonly Word[], at: number, context: Context, isFirst: boolean): boolean =>
  beginsOrder(words, at, isFirst, context.isInfinitive[at] ?? false);

/** "and my boss wants it", but not "for me and my wife". */
const beginsStatement = (words: readonly Word[], at: number): boolean =>
  SUBJECT.test(normAt(words, at)) ||
  (/^(?:my|it|our)$/u.test(normAt(words, at)) &&
    words.slice(at + 1, at + NEAR).some((word) => isFinite(word) || word.kind === 'verb'));

function beginsAfterJoin(words: readonly Word[], at: number, context: Context): boolean {
  const next = skipJoins(words, at);
  return beginsSpecial(words, next) || beginsStatement(words, next) || orderAt(words, next, context, false);
}

/** A condition that has said what must be so: "if SOL is above 100". */
const isToldCondition = (words: readonly Word[], start: number, at: number): boolean =>
  beginsCondition(words, skipJoins(words, start)) &&
  words.slice(start, at).some((word) => isFinite(word) || word.kind === 'verb' || /\d/u.test(word.norm));

function beginsAtComma(
  words: readonly Word[],
  start: number,
  at: number,
  context: Context,
  gap: string,
): boolean {
  if (STRONG.test(gap) || beginsAfterJoin(words, at, context)) return true;
  if (
    RESTART.test(normAt(words, at)) &&
    words.slice(start, at).some((_, index) => negatesAt(words, start + index))
  )
    return true;
  return isToldCondition(words, start, at) && gap.trim() !== '+';
}

function beginsAtWord(words: readonly Word[], start: number, at: number, context: Context): boolean {
  const norm = normAt(words, at);
  // "and then please make" is one beginning.
  if (skipJoins(words, start) >= at) return false;
  if (
    isToldCondition(words, start, at) &&
    (norm === 'then' || (isPlainOrder(norm) && normAt(words, at - 1) !== 'to'))
  )
    return true;
  if (CONJUNCTION.test(norm)) return norm === 'but' || beginsAfterJoin(words, at, context);
  if (/^(?:with|without|except|excluding)$/u.test(norm)) return beginsNegation(words, at);
  return beginsCondition(words, at) || (beginsOtherwise(words, at) && normAt(words, at - 1) !== 'or');
}

function beginsClause(words: readonly Word[], start: number, at: number, context: Context): boolean {
  if (context.sentenceOf[at] !== context.sentenceOf[at - 1]) return true;
  // "otherwise, send it" is one clause.
  if (at === start + 1 && beginsOtherwise(words, start)) return false;
  const gap = context.masked.slice(words[at - 1]?.span[1] ?? 0, words[at]?.span[0]);
  return (
    (COMMA.test(gap) && beginsAtComma(words, start, at, context, gap)) ||
    beginsAtWord(words, start, at, context)
  );
}

function pieceOf(words: readonly Word[], from: number, to: number, context: Context): Piece {
  const first = Math.min(skipJoins(words, from), to - 1);
  const end = words[to - 1]?.span[1] ?? 0;
  return {
    from,
    to,
    words: words.slice(first, to),
    isOrder: orderAt(words, first, context, true),
    hasQuestionMark: /^[^\p{L}\p{N}.!]*\?/u.test(context.text.slice(end, end + 20)),
    sentence: context.sentenceOf[from] ?? 0,
    begin: normAt(words, from),
  };
}

function splitPieces(words: readonly Word[], context: Context): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (let at = 1; at <= words.length; at += 1) {
    if (at < words.length && !beginsClause(words, start, at, context)) continue;
    pieces.push(pieceOf(words, start, at, context));
    start = at;
  }
  return pieces;
}

/** "do not make a chart or send it": what "or" adds to is left out, too. */
function findNegated(pieces: readonly Piece[]): boolean[] {
  const negated: boolean[] = [];
  for (const [at, piece] of pieces.entries()) {
    const goesOn =
      /^n?or$/u.test(piece.begin) && pieces[at - 1]?.sentence === piece.sentence && negated[at - 1] === true;
    negated.push(goesOn || piece.words.some((_, index) => negatesAt(piece.words, index)));
  }
  return negated;
}

/** The pieces that a request is made of. Every word is in one. */
export function findClauses(words: readonly Word[], context: Context): Clause[] {
  if (words.length === 0) return [];
  const pieces = splitPieces(words, context);
  const moods = findMoods(pieces);
  const negated = findNegated(pieces);
  return pieces.map(({ from, to, sentence }, at) => ({
    span: [words[from]?.span[0] ?? 0, words[to - 1]?.span[1] ?? 0],
    from,
    to,
    mood: moods[at] ?? 'fragment',
    isNegated: negated[at] ?? false,
    sentence,
  }));
}
