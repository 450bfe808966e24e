import type { Json } from '../../../schemas/core/json.ts';
import type { Mention, Reading } from '../understanding/reading.ts';
import type { Passage, Span, UnderstoodPart } from '../understanding/understanding.ts';

/** What a passage is taken for. */
export interface Use {
  as: UnderstoodPart['as'] | 'ignored';
  step?: string;
  field?: string;
  value?: Json;
}

/** Says for each word of a request what became of it. */
export interface Account {
  take(words: readonly number[], use: Use, mention?: Mention): void;
  isTaken(word: number): boolean;
  /** Taken for something that no value is read from: a limit, what is not to be done. */
  isBarred(word: number): boolean;
  isMentionTaken(mention: Mention): boolean;
  /** Every word in a part or among the ignored ones; `rest` says what becomes of words that nobody took. */
  close(rest: (word: number) => Use): { parts: UnderstoodPart[]; ignored: Passage[] };
}

const BARRED: ReadonlySet<Use['as']> = new Set(['limit', 'excluded', 'ignored']);

export function createAccount(reading: Reading): Account {
  const uses = new Map<number, Use>();
  const mentions = new Map<Mention, Use>();
  return {
    take(words, use, mention) {
      for (const word of words) if (!uses.has(word)) uses.set(word, use);
      if (mention !== undefined && !mentions.has(mention)) mentions.set(mention, use);
    },
    isTaken: (word) => uses.has(word),
    isBarred: (word) => BARRED.has(uses.get(word)?.as ?? 'task'),
    isMentionTaken: (mention) => mentions.has(mention),
    close(rest) {
      const runs = runsOf(reading, (word) => uses.get(word) ?? rest(word));
      const quoted = reading.mentions
        .filter(({ kind }) => kind === 'quote' || kind === 'url' || kind === 'email')
        .map((mention): Run => ({ span: mention.span, use: mentions.get(mention) ?? { as: 'ignored' } }));
      const held = [...runs, ...quoted];
      const all = [...held, ...unheld(reading, held)].toSorted((a, b) => a.span[0] - b.span[0]);
      const passage = ({ span }: Run): Passage => ({ text: reading.text.slice(...span), span });
      return {
        parts: all.flatMap((run) =>
          run.use.as === 'ignored' ? [] : [{ ...passage(run), ...run.use, as: run.use.as }],
        ),
        ignored: all.filter(({ use }) => use.as === 'ignored').map(passage),
      };
    },
  };
}

interface Run {
  span: Span;
  use: Use;
}

/** What the reader took for no word: the number before an item of a list is context, anything else is ignored. */
function unheld({ text }: Reading, held: readonly Run[]): Run[] {
  const isHeld = new Uint8Array(text.length);
  for (const { span } of held) isHeld.fill(1, ...span);
  const runs: Run[] = [];
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    const end = index + word.length;
    const from = isHeld.indexOf(0, index);
    if (from < 0 || from >= end) continue;
    const next = isHeld.indexOf(1, from);
    const isMarker = /^\p{N}+$/u.test(word) && /(^|\n)\s*$/.test(text.slice(Math.max(0, index - 20), index));
    const to = next < 0 ? end : Math.min(end, next);
    runs.push({ span: [from, to], use: { as: isMarker ? 'context' : 'ignored' } });
  }
  return runs;
}

/** Neighbouring words of the same use are one passage, unless something quoted stands between them. */
function runsOf(reading: Reading, useOf: (word: number) => Use): Run[] {
  const runs: (Run & { last: number })[] = [];
  const breaks = reading.mentions
    .filter(({ kind }) => ['quote', 'url', 'email'].includes(kind))
    .map(({ span }) => span[0]);
  for (const [index, word] of reading.words.entries()) {
    const use = useOf(index);
    const before = runs.at(-1);
    const isBroken = before !== undefined && breaks.some((at) => at >= before.span[1] && at < word.span[0]);
    if (before !== undefined && !isBroken && isSame(before.use, use))
      before.span = [before.span[0], word.span[1]];
    else runs.push({ span: [...word.span], use, last: index });
  }
  return runs;
}

const isSame = (a: Use, b: Use): boolean =>
  a === b ||
  (a.as === b.as &&
    a.step === b.step &&
    a.field === b.field &&
    JSON.stringify(a.value) === JSON.stringify(b.value));
