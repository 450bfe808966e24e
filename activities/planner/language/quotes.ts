import type { Mention } from '../../../domain/plan/understanding/reading.ts';

type Quote = Mention & { kind: 'quote'; value: string };

const MARKED =
  /(?<![\p{L}\p{N}])(?:"([^"]{1,5000})"|`([^`]{1,5000})`|“([^”]{1,5000})”|„([^“”]{1,5000})[“”]|«([^»]{1,5000})»|['‘]([^'‘’\n]{2,5000})['’](?![\p{L}\p{N}]))/gu;
/** A quote that nobody closed goes on to the end: its words are no orders. */
const OPEN = /(?<=^|\s)["“„«](?=\S)/gu;
const NOUNS =
  'su[mn]+[ae]?r+[iy][sz]e|translate|sentiment|keywords?|text|message|sentences?|paragraph|words?|phrase|quote|passage|article|content|note|e-?mail|letter|poem|story|tweet|this|following|rewrite|rephrase|proofread|shorten|post';
const COLON = new RegExp(
  `\\b(?:${NOUNS})(?:\\s+\\p{L}{1,20}){0,4}(?:\\s?:(?!//)|(?<=following|below|text)[^\\S\\n]*\\n[^\\S\\n]*\\n)\\s*(?=\\S)`,
  'giu',
);
const WORK_ON_TEXT =
  /\b(?:translat\w*|su[mn]+[ae]?r+[iy]\w*|rewrit\w*|rephras\w*|proofread\w*|correct|shorten|classify|analy[sz]e|sentiment|explain|read|send|post|tweet|write|say|says|e-?mail|text|message|sentences?|paragraph|phrase|quote|passage|article|content|note|letter|poem|story)\b/iu;
const LIST = /^(?:\(?\d{1,2}[.)]|[-*•])\s/u;
const STEPS = /\b(?:do(?:ing)?\s+(?:the\s+following|this)|following\s+(?:steps|tasks|things|work))\b[^:]*$/iu;

const quote = (text: string, from: number, to: number): Quote => ({
  kind: 'quote',
  value: text.slice(from, to),
  span: [from, to],
});

function findMarked(text: string): Quote[] {
  return [...text.matchAll(MARKED)].map((match) =>
    quote(text, match.index + 1, match.index + match[0].length - 1),
  );
}

function findUnclosed(text: string, marked: readonly Quote[]): Quote[] {
  const open = [...text.matchAll(OPEN)].find(
    ({ index }) => !marked.some(({ span }) => span[0] - 1 <= index && index <= span[1]),
  );
  const end = text.trimEnd().length;
  return open === undefined || open.index + 1 >= end ? [] : [quote(text, open.index + 1, end)];
}

function isTextFollowing(text: string, match: RegExpExecArray): boolean {
  const before = text.slice(Math.max(0, match.index - 200), match.index + match[0].length);
  const value = text.slice(match.index + match[0].length, match.index + match[0].length + 12);
  return (
    WORK_ON_TEXT.test(before) &&
    !STEPS.test(before.replace(/:\s*$/u, '')) &&
    !LIST.test(value) &&
    !/^(?:https?:|www\.|["“„«'‘])/iu.test(value)
  );
}

function findAfterColon(text: string, marked: readonly Quote[]): Quote[] {
  const isFree = ({ index }: RegExpExecArray): boolean =>
    !marked.some(({ span }) => span[0] <= index && index < span[1]);
  const found = [...text.matchAll(COLON)].filter(isFree).find((match) => isTextFollowing(text, match));
  if (found === undefined) return [];
  const from = found.index + found[0].length;
  return [quote(text, from, endOfText(text, from))];
}

const ORDER =
  /\n\s*(?:(?:please|then|now|and|so)\s+)*(?:summari[sz]e|translate|shorten|rewrite|find|get|give|make|tell|show|analy[sz]e|write|what|which|how)\b[^\n]{0,80}$/iu;

/** A last line that begins with an order belongs to the request, not to the text. */
function endOfText(text: string, from: number): number {
  const end = text.trimEnd().length;
  const order = ORDER.exec(text.slice(0, end));
  return order === null || order.index <= from ? end : order.index;
}

/** Text within quotation marks or after "this text:". */
export function findQuotes(text: string): Quote[] {
  const marked = findMarked(text);
  const [after] = findAfterColon(text, marked);
  const found = [...marked, ...findUnclosed(text, marked)];
  if (after === undefined) return found;
  return [...found.filter(({ span }) => span[1] <= after.span[0]), after];
}
