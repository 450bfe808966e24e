import type { Word } from '../understanding/reading.ts';
import { isSoft } from './lexicon.ts';
import { wordAt, type Choice, type Scene, type Task } from './scene.ts';

/** An asset that a text names. `isKnown`: the service says that it has it, or says nothing of what it has. */
export interface NamedSymbol {
  value: string;
  words: readonly number[];
  isKnown: boolean;
}

const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    solana: 'SOL',
    ethereum: 'ETH',
    ether: 'ETH',
    bitcoin: 'BTC',
    tether: 'USDT',
    cardano: 'ADA',
    polkadot: 'DOT',
    dogecoin: 'DOGE',
    avalanche: 'AVAX',
    litecoin: 'LTC',
    ripple: 'XRP',
    chainlink: 'LINK',
    polygon: 'POL',
    jupiter: 'JUP',
    bonk: 'BONK',
    shiba: 'SHIB',
    tron: 'TRX',
    uniswap: 'UNI',
  }),
);
const TICKERS = new Set(
  'SOL ETH BTC USDC USDT ADA DOT DOGE AVAX LTC XRP LINK POL MATIC JUP BONK SHIB TRX BNB'.split(' '),
);
const NO_TICKERS = new Set(
  'DEX API SVG NFT NFTS TVL JSON CSV USD EUR GBP JPY CHF AI ML CEO CFO CTO PDF HTML URL UTC FAQ DEFI OHLC TLDR PNG KPI ROI GDP EU UK US USA ASAP FYI OK PM AM VAT IBAN ISBN'.split(
    ' ',
  ),
);

/** The assets that a task names, in order. */
export function symbolsIn(
  scene: Scene,
  task: Pick<Task, 'words'>,
  choices: readonly Choice[] | undefined,
): NamedSymbol[] {
  const found: NamedSymbol[] = [];
  for (let place = 0; place < task.words.length; place++) {
    const chosen = choiceAt(scene, task.words, place, choices);
    const named = chosen ?? tickerAt(wordAt(scene, task.words[place]!), task.words[place]!, choices);
    if (named === undefined || scene.account.isBarred(task.words[place]!)) continue;
    found.push(named);
    place += named.words.length - 1;
  }
  return found;
}

/** A choice's name, ready to be met in a request. */
interface NamedChoice {
  value: string;
  plain: string;
  length: number;
}

const BY_FIRST_WORD = new WeakMap<readonly Choice[], ReadonlyMap<string, readonly NamedChoice[]>>();

/** Names of choices by their first words: a list may have thousands. */
function namesOf(choices: readonly Choice[]): ReadonlyMap<string, readonly NamedChoice[]> {
  const known = BY_FIRST_WORD.get(choices);
  if (known !== undefined) return known;
  const names = new Map<string, NamedChoice[]>();
  for (const { value, names: others } of choices)
    for (const name of [value, ...others]) {
      const plain = plainName(name);
      const parts = plain.split(' ');
      if (plain === '') continue;
      const begun = names.get(parts[0]!);
      const one = { value, plain, length: parts.length };
      if (begun === undefined) names.set(parts[0]!, [one]);
      else begun.push(one);
    }
  BY_FIRST_WORD.set(choices, names);
  return names;
}

/** The longest name of a choice that begins here. */
export function choiceAt(
  scene: Scene,
  words: readonly number[],
  place: number,
  choices: readonly Choice[] | undefined,
): NamedSymbol | undefined {
  const said = (length: number): string =>
    words
      .slice(place, place + length)
      .map((index) => bareName(wordAt(scene, index).norm))
      .join(' ');
  const first = words[place];
  if (choices === undefined || first === undefined) return undefined;
  const begun = namesOf(choices).get(bareName(wordAt(scene, first).norm).split(' ')[0]!) ?? [];
  const heard = new Map<number, string>();
  const fitting = begun.filter(({ value, plain, length }) => {
    if (length === 1 && !mayBeChoice(scene, first, value)) return false;
    const text = heard.get(length) ?? said(length);
    heard.set(length, text);
    return text === plain;
  });
  const [best] = fitting.toSorted((a, b) => b.length - a.length);
  return best && { value: best.value, words: words.slice(place, place + best.length), isKnown: true };
}

/** "Holidays in 2027" are none of India: a word of the grammar is a code only where it is written as one. */
export function mayBeChoice(scene: Scene, index: number, value: string): boolean {
  const { text, norm } = wordAt(scene, index);
  if (!isSoft(norm)) return true;
  return text === value && value !== value.toLowerCase() && !isShouted(scene);
}

export const isShouted = ({ reading }: Pick<Scene, 'reading'>): boolean =>
  reading.text === reading.text.toUpperCase();

/** "SOL's" names SOL. */
const bareName = (word: string): string => word.replace(/['’]s?$/u, '');

const plainName = (name: string): string => (name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');

function tickerAt(
  word: Word,
  index: number,
  choices: readonly Choice[] | undefined,
): NamedSymbol | undefined {
  const bare = bareName(word.text.replace(/^\$/, ''));
  const value = NAMED.get(bareName(word.norm)) ?? (isTicker(bare, word) ? bare.toUpperCase() : undefined);
  if (value === undefined) return undefined;
  const known = choices?.find((choice) => choice.value.toUpperCase() === value);
  return {
    value: known?.value ?? value,
    words: [index],
    isKnown: choices === undefined || known !== undefined,
  };
}

/** A well-known ticker in any case, and others in capitals: "XYZ", "DOGE2000". */
function isTicker(bare: string, word: Word): boolean {
  if (NO_TICKERS.has(bare.toUpperCase())) return false;
  if (TICKERS.has(bare.toUpperCase())) return true;
  return /^[A-Z][A-Z0-9]{2,9}$/.test(bare) && (!word.isKnown || /\d/.test(bare) || word.text.startsWith('$'));
}
