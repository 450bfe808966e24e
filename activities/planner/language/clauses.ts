import type { Clause, Word } from '../../../domain/plan/understanding/reading.ts';
import { moodOf, isNegated, type Piece } from './moods.ts';
import { beginsOrder } from './verbs.ts';

/** What stands before each word, and whether the library takes it for a verb in the infinitive. */
export interface Context {
  text: string;
  masked: string;
  isInfinitive: readonly boolean[];
  sentenceOf: readonly number[];
}

const JOINS = new Set([
  'and',
  'then',
  'or',
  'but',
  'plus',
  'also',
  'next',
  'finally',
  'afterwards',
  'first',
  'firstly',
  'second',
  'secondly',
  'third',
  'thirdly',
  'last',
  'lastly',
  'please',
  'kindly',
  'so',
  'just',
  'later',
  'after',
  'that',
  'additionally',
  '&',
  'pls',
  'plz',
  'now',
  'maybe',
  'subsequently',
  'thereafter',
  'afterward',
]);
const CONDITIONS = new Set(['if', 'unless', 'when', 'whenever', 'once', 'provided', 'in-case']);
const OTHERWISE = new Set(['otherwise', 'else']);
const NEGATIONS = /^(?:without|never|don't|dont|not|no|nor)$/u;
/** "not more than" bounds, "not from" chooses; "no" and "not" before other words leave out. */
const BOUNDS =
  /^(?:more|less|later|earlier|over|above|under|below|higher|lower|greater|exceed|exceeding|matter|only|longer|sooner|fewer|costing|spend|spending|sure|yet)$/u;
const LEADS =
  /^(?:i|i'd|we|we'd|you|could|can|would|will|let's|lets|i'm|my|he|she|they|it's|is|are|what|which|how|who|where|why|there)$/u;
const SUBJECTS = /^(?:i|we|you|he|she|they|i'd|i'm|i've|we're|we've|we'd|let's|could|can|would)$/u;

const gapBefore = (at: number, words: readonly Word[], context: Context): string =>
  context.masked.slice(words[at - 1]?.span[1] ?? 0, words[at]?.span[0]);

function skipJoins(words: readonly Word[], at: number): number {
  let next = at;
  while (JOINS.has(words[next]?.norm ?? '') && next - at < 5) next += 1;
  return next;
}

const isNegation = (words: readonly Word[], at: number): boolean =>
  (NEGATIONS.test(words[at]?.norm ?? '') && !BOUNDS.test(words[at + 1]?.norm ?? '')) ||
  (words[at]?.norm === 'do' && words[at + 1]?.norm === 'not');

const orderAt = (words: readonly Word[], at: number, context: Context, isFirst: boolean): boolean =>
  beginsOrder(words, at, isFirst, context.isInfinitive[at] ?? false);

function beginsAfterJoin(words: readonly Word[], at: number, context: Context): boolean {
  const next = skipJoins(words, at);
  const norm = words[next]?.norm ?? '';
  if (CONDITIONS.has(norm) || OTHERWISE.has(norm) || isNegation(words, next)) return true;
  if (SUBJECTS.test(norm) || /^(?:my|it)$/u.test(norm)) return next > at || LEADS.test(norm);
  return orderAt(words, next, context, false);
}

function beginsClause(words: readonly Word[], at: number, context: Context, start: number): boolean {
  if (context.sentenceOf[at] !== context.sentenceOf[at - 1]) return true;
  const norm = words[at]?.norm ?? '';
  const gap = gapBefore(at, words, context);
  if (/[,;:(–—|]|\s-\s|->|→/u.test(gap)) {
    if (gap.includes(';') || /->|→/u.test(gap)) return true;
    return (
      beginsAfterJoin(words, at, context) || (CONDITIONS.has(words[start]?.norm ?? '') && !/\d/u.test(norm))
    );
  }
  if (JOINS.has(words[at - 1]?.norm ?? '') && skipJoins(words, start) >= at) return false;
  if (/^(?:and|then|or|but|plus|&)$/u.test(norm)) {
    if (norm === 'then' && hasCondition(words, start, at)) return true;
    return norm === 'but' || beginsAfterJoin(words, at, context);
  }
  if (norm === 'with' && words[at + 1]?.norm === 'no') return true;
  if (norm === 'without' || CONDITIONS.has(norm))
    return norm !== 'once' && norm !== 'when' && norm !== 'provided';
  return OTHERWISE.has(norm) && !JOINS.has(words[at - 1]?.norm ?? '');
}

const hasCondition = (words: readonly Word[], start: number, at: number): boolean =>
  words.slice(start, at).some((word) => CONDITIONS.has(word.norm));

function splitPieces(words: readonly Word[], context: Context): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (let at = 1; at <= words.length; at += 1) {
    if (at < words.length && !beginsClause(words, at, context, start)) continue;
    pieces.push(pieceOf(words, start, at, context));
    start = at;
  }
  return pieces;
}

function pieceOf(words: readonly Word[], from: number, to: number, context: Context): Piece {
  const first = skipJoins(words, from);
  const end = words[to - 1]?.span[1] ?? 0;
  return {
    from,
    to,
    words: words.slice(Math.min(first, to - 1), to),
    isFirst: from === 0 || context.sentenceOf[from] !== context.sentenceOf[from - 1],
    isOrder: orderAt(words, Math.min(first, to - 1), context, true),
    hasQuestionMark: /^[^\p{L}\p{N}.!]*\?/u.test(context.text.slice(end, end + 20)),
    sentence: context.sentenceOf[from] ?? 0,
    begin: words[from]?.norm ?? '',
  };
}

type Branch = 'none' | 'condition' | 'then' | 'otherwise';

/** "if ..., make a chart, otherwise send it": each piece knows which branch it is in. */
function withBranches(pieces: readonly Piece[]): Clause['mood'][] {
  let branch: Branch = 'none';
  let sentence = -1;
  const moods: Clause['mood'][] = [];
  for (const [at, piece] of pieces.entries()) {
    const first = piece.words[0]?.norm ?? '';
    if (
      OTHERWISE.has(first) ||
      OTHERWISE.has(piece.begin) ||
      (/^if$/u.test(first) && /^not?$/u.test(piece.words[1]?.norm ?? ''))
    )
      branch = 'otherwise';
    else if (CONDITIONS.has(first)) branch = 'condition';
    else if (piece.sentence !== sentence) branch = 'none';
    else if (branch === 'condition') branch = 'then';
    // "make a chart if it is above 100": what came before depends on it.
    if (
      branch === 'condition' &&
      piece.sentence === sentence &&
      moods[at - 1] === 'instruction' &&
      !pieces[at + 1]
    )
      moods[at - 1] = 'then';
    sentence = piece.sentence;
    moods.push(branch === 'none' ? moodOf(piece) : branch);
  }
  return moods;
}

/** The pieces that a request is made of. Every word is in one. */
export function findClauses(words: readonly Word[], context: Context): Clause[] {
  if (words.length === 0) return [];
  const pieces = splitPieces(words, context);
  const moods = withBranches(pieces);
  return pieces.map((piece, at) => ({
    span: [words[piece.from]?.span[0] ?? 0, words[piece.to - 1]?.span[1] ?? 0],
    from: piece.from,
    to: piece.to,
    mood: moods[at] ?? 'fragment',
    isNegated: isNegated(piece),
    sentence: piece.sentence,
  }));
}
