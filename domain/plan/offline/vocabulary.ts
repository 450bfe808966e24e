import { stem, wordsOf } from './words.ts';

/** What a task is about. Sources bring data, processors turn data into something, doers act on the world. */
const CONCEPT_WORDS = {
  price: 'price prices pricing quote quotes rate rates exchange valuation ohlc candle candles worth spot',
  volume: 'volume volumes turnover trading liquidity tvl trades',
  history: 'history historical historic timeseries daily hourly chronological',
  chain:
    'blockchain chain onchain dex defi crypto cryptocurrency token tokens coin coins solana ethereum bitcoin transaction transactions wallet',
  market: 'market markets stock stocks equities',
  weather: 'weather temperature rain humidity climate',
  news: 'news headlines headline articles',
  search: 'search lookup browse discover crawl scrape',
  trend: 'trend trends trending momentum direction regression slope',
  statistics:
    'statistics statistic statistical stats average mean median deviation volatility variance correlation min max describe',
  analysis:
    'analyze analyse analyses analysis analytics analyzing analysing evaluate assess examine study investigate insight insights',
  forecast: 'forecast forecasts forecasting predict prediction predictions projection extrapolate',
  sentiment: 'sentiment mood tone emotion emotions opinion polarity positive negative feeling',
  keywords: 'keyword keywords keyphrase keyphrases tags topics terms',
  summary:
    'summary summaries summarize summarise summarization summarisation summarizing summarising condense shorten tldr digest recap',
  translation: 'translate translation translator translating',
  compare: 'compare comparison comparing contrast versus vs',
  chart:
    'chart charts graph graphs plot plots visualize visualise visualization visualisation diagram draw svg sparkline',
  report: 'report reports reporting compose composer document dossier briefing memo writeup brief',
  booking: 'book booking bookings reserve reservation reservations room meeting appointment hotel schedule',
  notify: 'send email mail notify notification alert message post publish deliver',
} as const;

export type Concept = keyof typeof CONCEPT_WORDS;

export type Role = 'source' | 'processor' | 'doer';

const ROLES: { readonly [concept in Concept]: Role } = {
  price: 'source',
  volume: 'source',
  history: 'source',
  chain: 'source',
  market: 'source',
  weather: 'source',
  news: 'source',
  search: 'source',
  trend: 'processor',
  statistics: 'processor',
  analysis: 'processor',
  forecast: 'processor',
  sentiment: 'processor',
  keywords: 'processor',
  summary: 'processor',
  translation: 'processor',
  compare: 'processor',
  chart: 'processor',
  report: 'processor',
  booking: 'doer',
  notify: 'doer',
};

/** Concepts that can stand in for each other when no service has the very one. */
const RELATED: { readonly [concept in Concept]?: readonly Concept[] } = {
  analysis: ['statistics', 'trend'],
  trend: ['statistics', 'analysis'],
  statistics: ['trend', 'analysis'],
  compare: ['statistics', 'analysis', 'trend'],
  volume: ['history', 'market', 'price'],
  price: ['history', 'market'],
  history: ['price', 'market', 'volume'],
  chain: ['history', 'price', 'market', 'volume'],
  market: ['price', 'history', 'volume'],
  news: ['search'],
};

/** Verbs that say nothing about what is wanted; the object decides. */
export const PLAIN_VERBS: ReadonlySet<string> = new Set(
  (
    'create make generate build produce write prepare compile fetch get retrieve download load pull collect gather ' +
    'obtain show give find list check tell display provide read take run do compute calculate determine extract ' +
    'identify detect turn convert put combine merge format present return monitor track look'
  ).split(' '),
);

const BY_WORD = new Map<string, Concept>(
  (Object.entries(CONCEPT_WORDS) as [Concept, string][]).flatMap(([concept, words]) =>
    words.split(' ').map((word): [string, Concept] => [word, concept]),
  ),
);

/** The concept of one word, by itself or by its stem. */
export const conceptOf = (word: string): Concept | undefined => BY_WORD.get(word) ?? BY_WORD.get(stem(word));

/** The distinct concepts of a text in the order of their words. */
export function conceptsOf(text: string): Concept[] {
  const concepts = [...new Set(wordsOf(text).flatMap((word) => conceptOf(word) ?? []))];
  return concepts.includes('weather') ? concepts.filter((concept) => concept !== 'forecast') : concepts;
}

export const roleOf = (concept: Concept): Role => ROLES[concept];

export const relatedTo = (concept: Concept): readonly Concept[] => RELATED[concept] ?? [];

/** True for words that begin a new instruction after "and". */
export function isVerb(word: string): boolean {
  return PLAIN_VERBS.has(word) || DOING_WORDS.has(word);
}

const DOING_WORDS = new Set(
  (
    'analyze analyse evaluate assess examine study investigate summarize summarise condense shorten translate compare ' +
    'contrast chart graph plot visualize visualise draw report compose document book reserve schedule send email ' +
    'notify alert post publish deliver search browse describe recap digest brief forecast predict pay buy order'
  ).split(' '),
);
