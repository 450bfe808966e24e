import { datesOf } from './dates.ts';
import { spansOf } from './spans.ts';
import { wordsOf } from './words.ts';

/** What a text names. Windows are in days; `quotes` are texts in quotation marks; `about` is text after a colon. */
export interface Entities {
  symbols: string[];
  chain?: string;
  days?: number;
  hours?: number;
  locations: string[];
  dates: string[];
  people?: number;
  /** Days to look ahead: "the next 7 days". */
  horizon?: number;
  /** Proper names that are neither places nor assets. */
  names: string[];
  metric?: 'volume' | 'price';
  language?: string;
  urls: string[];
  emails: string[];
  quotes: string[];
  about?: string;
}

const NAMED_SYMBOLS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    solana: 'SOL',
    sol: 'SOL',
    ethereum: 'ETH',
    ether: 'ETH',
    eth: 'ETH',
    bitcoin: 'BTC',
    btc: 'BTC',
    usdc: 'USDC',
    usdt: 'USDT',
    tether: 'USDT',
    cardano: 'ADA',
    polkadot: 'DOT',
    dogecoin: 'DOGE',
    doge: 'DOGE',
    avalanche: 'AVAX',
    litecoin: 'LTC',
    ripple: 'XRP',
    xrp: 'XRP',
    chainlink: 'LINK',
    polygon: 'POL',
    jupiter: 'JUP',
    bonk: 'BONK',
  }),
);
const CHAINS = new Set(['solana', 'ethereum', 'bitcoin', 'polygon', 'avalanche', 'base', 'arbitrum']);
const NO_SYMBOLS = new Set(
  'DEX API SVG NFT NFTS TVL JSON CSV USD EUR GBP AI ML CEO PDF HTML URL UTC AND OR NOT THE IF THEN ELSE FAQ DEFI OHLC TLDR PNG QUOTE KPI ROI GDP EU UK US USA'.split(
    ' ',
  ),
);
const CAPITALISED = /\b(?:in|at|near|from|to)\s+((?:\p{Lu}[\p{L}'-]+)(?:\s+\p{Lu}[\p{L}'-]+){0,2})/gu;
const MONTHS = new Set(
  'january february march april may june july august september october november december'.split(' '),
);
const LANGUAGES =
  'german english french spanish italian portuguese dutch polish russian chinese japanese korean arabic turkish hindi'.split(
    ' ',
  );

/** Recognises entities in one clause; `quotes` are what its QUOTE markers stand for, `today` an ISO date. */
export function entitiesOf(text: string, quotes: readonly string[], today: string): Entities {
  const { horizon, span } = spansOf(text);
  const words = wordsOf(text);
  const locations = locationsOf(text);
  const chain = words.find((word) => CHAINS.has(word));
  const people = /\b(\d{1,4})\s+(?:people|persons|guests|attendees|participants|seats)\b/i.exec(text)?.[1];
  const language = languageOf(text);
  const about = /:\s*(.{3,})$/s.exec(text.replaceAll(/\w+:\/\//g, ' '))?.[1]?.trim();
  const metric = words.some((word) => word.startsWith('volume'))
    ? 'volume'
    : words.some((word) => word.startsWith('price'))
      ? 'price'
      : undefined;
  return {
    symbols: symbolsOf(text),
    locations,
    names: namesOf(text).filter((name) => !locations.includes(name)),
    dates: datesOf(text, today),
    urls: [...text.matchAll(/\bhttps?:\/\/[^\s"'<>]+/g)].map(([url]) => url),
    emails: [...text.matchAll(/\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}\b/g)].map(
      ([email]) => email,
    ),
    quotes: [...text.matchAll(/\bQUOTE(\d{1,4})\b/g)].flatMap(([, index]) => quotes[Number(index)] ?? []),
    ...(span === undefined
      ? {}
      : { days: Math.max(1, Math.ceil(span)), hours: Math.max(1, Math.round(span * 24)) }),
    ...(horizon > 0 ? { horizon } : {}),
    ...(chain === undefined ? {} : { chain }),
    ...(people === undefined ? {} : { people: Number(people) }),
    ...(metric === undefined ? {} : { metric }),
    ...(language === undefined ? {} : { language }),
    ...(about === undefined ? {} : { about }),
  };
}

function symbolsOf(text: string): string[] {
  const found = [...text.matchAll(/\$?\b[\p{L}][\p{L}\p{N}]{1,14}\b/gu)].flatMap(([word]) => {
    const named = NAMED_SYMBOLS.get(word.replace('$', '').toLowerCase());
    if (named !== undefined) return [named];
    const bare = word.replace('$', '');
    return /^[A-Z]{3,6}$/.test(bare) && !NO_SYMBOLS.has(bare) ? [bare] : [];
  });
  return [...new Set(found)];
}

const languageOf = (text: string): string | undefined =>
  LANGUAGES.find((name) => new RegExp(`\\b(?:in|into|to)\\s+${name}\\b`, 'i').test(text));

function locationsOf(text: string): string[] {
  const language = languageOf(text);
  return [...text.matchAll(CAPITALISED)]
    .map(([, name]) => name!)
    .filter(
      (name) =>
        symbolsOf(name).length === 0 &&
        !name.startsWith('QUOTE') &&
        !MONTHS.has(name.toLowerCase()) &&
        name.toLowerCase() !== language,
    );
}

/** Capitalised words inside a sentence: "of Example Ltd". */
function namesOf(text: string): string[] {
  const names = [
    ...text.matchAll(/(?<=[\p{L}\p{N},]\s)(\p{Lu}[\p{L}\p{N}&.'-]+(?:\s+\p{Lu}[\p{L}\p{N}&.'-]+){0,3})/gu),
  ].map(([, name]) => name!);
  return names.filter(
    (name) =>
      symbolsOf(name).length === 0 &&
      !/QUOTE\d/.test(name) &&
      !NO_SYMBOLS.has(name) &&
      !MONTHS.has(name.toLowerCase()),
  );
}

/** Entities as `Workflow.intent.entities` shows them: only what was found. */
export function entityRecord(all: readonly Entities[]): { [name: string]: string | number | string[] } {
  const distinct = (values: string[]): string[] => [...new Set(values)];
  const lists = {
    symbols: distinct(all.flatMap((one) => one.symbols)),
    locations: distinct(all.flatMap((one) => one.locations)),
    dates: distinct(all.flatMap((one) => one.dates)),
    urls: distinct(all.flatMap((one) => one.urls)),
  };
  const first = (
    key: 'days' | 'people' | 'metric' | 'language' | 'chain' | 'horizon',
  ): string | number | undefined => all.find((one) => one[key] !== undefined)?.[key];
  const singles = {
    timeWindowDays: first('days'),
    people: first('people'),
    metric: first('metric'),
    language: first('language'),
    chain: first('chain'),
    horizonDays: first('horizon'),
  };
  return Object.fromEntries([
    ...Object.entries(lists).filter(([, values]) => values.length > 0),
    ...Object.entries(singles).filter(([, value]) => value !== undefined),
  ]) as { [name: string]: string | number | string[] };
}
