import dictionary from 'dictionary-en';
import nspell from 'nspell';

let checker: ReturnType<typeof nspell> | undefined;
const load = () => (checker ??= nspell(Buffer.from(dictionary.aff), Buffer.from(dictionary.dic)));

/** English words that the dictionary lacks, contractions and words of the trade among them. */
const ALSO_WORDS = new Set([
  'crypto',
  'summarise',
  'nft',
  'url',
  'json',
  'api',
  'defi',
  'colour',
  'analyse',
  'euros',
  'usd',
  'eur',
  'tldr',
  'blockchain',
  'stablecoin',
  'app',
  'apps',
  'vs',
]);

export const isEnglishWord = (word: string): boolean => ALSO_WORDS.has(word) || load().correct(word);

/** How many letters were added, left out, changed or swapped with a neighbour; `most + 1` if more than `most`. */
export function countEdits(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  const rows = [Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= from.length; i += 1) rows.push(nextRow(rows, from, to, i));
  return rows[from.length]?.[to.length] ?? most + 1;
}

function nextRow(rows: number[][], from: string, to: string, i: number): number[] {
  const above = rows[i - 1] ?? [];
  const row = [i];
  for (let j = 1; j <= to.length; j += 1) {
    const isSame = from[i - 1] === to[j - 1];
    const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
    const swapped = isSwap ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Infinity;
    row.push(
      Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (isSame ? 0 : 1), swapped),
    );
  }
  return row;
}

const startsAlike = (from: string, to: string): boolean =>
  from[0] === to[0] || (from[0] === to[1] && from[1] === to[0]);

const sortLetters = (word: string): string => word.split('').toSorted().join('');

/** Four letters with one changed are too often another word: "shib" is no "ship". */
const mayMean = (word: string, other: string): boolean =>
  startsAlike(word, other) &&
  (word.length > 4 || word.length !== other.length || sortLetters(word) === sortLetters(other));

function nearest(word: string, others: Iterable<string>): string[] {
  let best = word.length >= 6 ? 2 : 1;
  let found: string[] = [];
  for (const other of others) {
    if (!mayMean(word, other)) continue;
    const edits = countEdits(word, other, best);
    if (edits < best) found = [];
    if (edits <= best) [best, found] = [edits, [...found, other]];
  }
  return found;
}

/** The one word that was meant; where two are as near, the one that ends alike ("prics" is "prices", not "price"). */
export function findMeant(word: string, others: Iterable<string>): string | undefined {
  const found = nearest(word, others);
  if (found.length < 2) return found[0];
  const alike = found.filter((other) => other.at(-1) === word.at(-1));
  return alike.length === 1 ? alike[0] : undefined;
}
