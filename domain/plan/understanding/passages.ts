import { fold, findWords } from './folded.ts';
import { covers, overlaps } from './spans.ts';
import type { Clause, Reading, Word } from './reading.ts';
import type { Passage, Span, UnderstoodPart } from './understanding.ts';

/**
 * Finds passages of a request one after the other: a passage that is quoted twice is meant twice, where it is there twice.
 * Spaces, case and signs may differ; what is kept is the request's own text.
 */
export function createFinder(text: string): (quoted: string) => Passage | undefined {
  const folded = fold(text);
  const last = new Map<string, number>();
  return (quoted) => {
    const wanted = fold(quoted).text;
    if (wanted === ' ') return signsAt(text, quoted);
    const from = last.get(wanted) ?? 0;
    const span = findWords(folded, quoted, from) ?? findWords(folded, quoted);
    if (span === undefined) return inScript(text, quoted);
    last.set(wanted, folded.text.indexOf(wanted, from) + 1);
    return { text: text.slice(...span), span };
  };
}

function signsAt(text: string, quoted: string): Passage | undefined {
  const sign = quoted.trim();
  const index = sign === '' ? -1 : text.indexOf(sign);
  return index < 0 ? undefined : { text: sign, span: [index, index + sign.length] };
}

/** Scripts that put no spaces between words. */
function inScript(text: string, quoted: string): Passage | undefined {
  const wanted = quoted.trim();
  const index = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}]/u.test(wanted)
    ? text.indexOf(wanted)
    : -1;
  return index < 0 ? undefined : { text: wanted, span: [index, index + wanted.length] };
}

const POLITE =
  /^(please|pls|thanks|thank|you|hi|hello|hey|kindly|dear|cheers|could|would|can|i|me|want|like|need|to|so|also|then|and|ok|okay)$/;
const DENIES = /^(no|not|never|none|without|except|but|only|don't|dont|n't)$/;

/** Words that no part and nothing ignored covers: small words are context, the others are ignored and shown. */
export function coverRest(
  reading: Reading,
  taken: readonly Span[],
): { context: UnderstoodPart[]; ignored: Passage[] } {
  const context: UnderstoodPart[] = [];
  const ignored: Passage[] = [];
  for (const run of openRuns(reading, taken)) {
    const span: Span = [run[0]!.span[0], run.at(-1)!.span[1]];
    const passage = { text: reading.text.slice(...span), span };
    if (run.every(isSmall)) context.push({ ...passage, as: 'context' });
    else ignored.push(passage);
  }
  return { context, ignored };
}

const isSmall = ({ norm, kind }: Word): boolean =>
  !DENIES.test(norm) && (kind === 'function' || POLITE.test(norm));

/** Runs of units without a taken one between them; quotes and addresses are units like words. */
function openRuns({ words, mentions }: Reading, taken: readonly Span[]): Word[][] {
  const quoted = mentions
    .filter(({ kind }) => kind === 'quote' || kind === 'url' || kind === 'email')
    .map(({ span }): Word => ({ text: '', span, norm: '', root: '', kind: 'other', isKnown: true }));
  const bare = words.filter((word) => !quoted.some((one) => covers(one.span, word.span)));
  const units = [...bare, ...quoted].toSorted((a, b) => a.span[0] - b.span[0]);
  const runs: Word[][] = [];
  let isOpen = false;
  for (const unit of units) {
    const isTaken = taken.some((span) => overlaps(span, unit.span));
    if (!isTaken && isOpen) runs.at(-1)!.push(unit);
    else if (!isTaken) runs.push([unit]);
    isOpen = !isTaken;
  }
  return runs;
}

/** Clauses that ask for something. */
export const asks = ({ mood, isNegated }: Clause): boolean =>
  !isNegated && (mood === 'instruction' || mood === 'question' || mood === 'then' || mood === 'otherwise');

/**
 * The passages that a part accounts for. One task of a step accounts for one asking clause, the one it begins in: else a part over the
 * whole request would hide what was left out. What is told only as context accounts for no asking clause.
 */
export function accountsFor(part: UnderstoodPart, { clauses }: Reading): Span[] {
  if (part.as !== 'task' && part.as !== 'context') return [part.span];
  const asking = clauses.filter((clause) => asks(clause) && overlaps(clause.span, part.span));
  const own = part.as === 'task' ? asking[0] : undefined;
  return without(
    part.span,
    asking.filter((clause) => clause !== own).map(({ span }) => span),
  );
}

function without(span: Span, holes: readonly Span[]): Span[] {
  let left: Span[] = [span];
  for (const hole of holes)
    left = left.flatMap(([start, end]): Span[] =>
      overlaps([start, end], hole)
        ? [[start, Math.min(end, hole[0])] as Span, [Math.max(start, hole[1]), end] as Span].filter(
            ([a, b]) => a < b,
          )
        : [[start, end]],
    );
  return left;
}
