import type { Word } from '../../../domain/plan/understanding/reading.ts';

const list = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Verbs that people give orders with; nothing else is spelled so. */
const ORDERS = list(
  'get make create draw show tell give find translate summarize summarise compare send write buy sell convert fetch compute calculate analyze analyse generate render export save provide prepare explain describe look see let retrieve obtain collect gather pull read visualize visualise build produce add include put turn deliver publish tweet summon predict estimate evaluate determine choose pick select recommend suggest arrange organize organise reserve hire commission ask answer verify confirm notify inform remind avoid skip exclude keep ensure use try start stop run do take bring ship browse crawl scrape extract transcribe proofread rewrite rephrase shorten correct fix simplify upload download classify categorize detect monitor track watch investigate combine merge',
);
/** Verbs that are nouns, too: what follows decides. */
const EITHER = list(
  'chart plot graph report book list search check email mail message quote forecast review research rank screen swap trade transfer order rate test map host post pay store code design call plan study display print stake mint lend rent audit guess note count sort filter help outline sketch picture schedule document detail need want view sum draft poll survey query',
);
/** What the library takes for a verb where nobody orders. */
const NOUNS_FIRST = list(
  'price weather top time cost hope thank thanks love like are is be have has token value cap volume market history trend last past near',
);
const AFTER_A_VERB = list(
  'the a an this that these those it them him her me us my your our its their all both each every any some one two for on out up from in to into',
);
const AFTER_A_NOUN = list('of and or is are was were will with for in on at by');

const isName = (word: Word): boolean =>
  word.kind === 'name' || word.kind === 'number' || /^\p{Lu}/u.test(word.text);

function isVerbByNext(next: Word | undefined, isFirst: boolean): boolean {
  if (next === undefined) return false;
  if (AFTER_A_NOUN.has(next.norm) && !(isFirst && /^(?:for|on)$/u.test(next.norm))) return false;
  if (AFTER_A_VERB.has(next.norm) || isName(next)) return true;
  return isFirst && (next.kind === 'noun' || next.kind === 'adjective');
}

/** Does an order begin at this word? `isFirst`: a sentence or list item begins with it. */
export function beginsOrder(
  words: readonly Word[],
  at: number,
  isFirst: boolean,
  isTaggedVerb: boolean,
): boolean {
  const word = words[at];
  if (word === undefined) return false;
  const next = words[at + 1]?.norm ?? '';
  if (ORDERS.has(word.norm)) return word.norm !== 'do' || !/^(?:i|we|you|they|not)$/u.test(next);
  // "search and summarize".
  if (isFirst && EITHER.has(word.norm) && next === 'and' && ORDERS.has(words[at + 2]?.norm ?? ''))
    return true;
  if (EITHER.has(word.norm)) return isVerbByNext(words[at + 1], isFirst);
  const isNamed = isName({ ...word, text: isFirst ? word.norm : word.text });
  return isTaggedVerb && !isNamed && !NOUNS_FIRST.has(word.norm) && isVerbByNext(words[at + 1], isFirst);
}

/** A verb that is no noun. */
export const isPlainOrder = (norm: string): boolean => ORDERS.has(norm);

export const isOrderVerb = (norm: string): boolean => ORDERS.has(norm) || EITHER.has(norm);
