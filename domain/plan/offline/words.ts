/** A text whose quoted parts were taken out, so that nothing inside them is read as an instruction. */
export interface Unquoted {
  text: string;
  quotes: string[];
}

const QUOTED =
  /"([^"]{1,5000})"|“([^”]{1,5000})”|«([^»]{1,5000})»|(?<![\p{L}\p{N}])'([^']{1,5000})'(?![\p{L}\p{N}])/gu;

// "summarise the following text: ..." quotes everything to the end without quotation marks
const AFTER_COLON =
  /^(.{0,300}?\b(?:text|following|passage|article|paragraph|message|document|sentences?|review|comment|this)\b[^:\n]{0,60}:)\s+(.{3,})$/is;

/** Replaces quoted parts by `QUOTE0`, `QUOTE1`... */
export function takeQuotes(text: string): Unquoted {
  const quotes: string[] = [];
  const rest = text.replaceAll(QUOTED, (_, ...groups: (string | undefined)[]) => {
    quotes.push(groups.slice(0, 4).find((group) => group !== undefined) ?? '');
    return ` QUOTE${quotes.length - 1} `;
  });
  const unmarked = rest.replace(AFTER_COLON, (_, lead: string, given: string) => {
    quotes.push(restoreQuotes(given, quotes));
    return `${lead} QUOTE${quotes.length - 1} `;
  });
  return { text: unmarked, quotes };
}

/** Puts quoted parts back. */
export function restoreQuotes(text: string, quotes: readonly string[]): string {
  return text
    .replaceAll(/\s?\bQUOTE(\d{1,4})\b\s?/g, (whole, index: string) => {
      const quote = quotes[Number(index)];
      return quote === undefined ? whole : ` "${quote}" `;
    })
    .trim();
}

/** The words of a text in order, lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** A word without its most common endings, so that "trends" meets "trend" and "reported" meets "report". */
export function stem(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  for (const ending of ['ing', 'ed', 'es', 's'])
    if (word.length > ending.length + 3 && word.endsWith(ending) && !word.endsWith('ss'))
      return word.slice(0, -ending.length);
  return word;
}

/** Words that carry no subject. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a an and the of for to in on at by with from into or is are was be it its this that these those as then also ' +
    'please me my our your i we you us can could would should will shall using use via per about over under than ' +
    'their them they all any some each every both one two result results output last past next following both if'
  ).split(' '),
);
