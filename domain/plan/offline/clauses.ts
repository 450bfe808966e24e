import type { Operator } from '../compare.ts';
import { isVerb, conceptOf, type Concept } from './vocabulary.ts';
import { takeQuotes, wordsOf } from './words.ts';

/** What a request asks for, in order: instructions and branches. Texts still hold QUOTE markers. */
export type Clause = { kind: 'task'; text: string } | BranchClause;

export interface BranchClause {
  kind: 'branch';
  condition: Condition;
  then: string[];
  otherwise: string[];
}

/** "the price of SOL is above 100": what is looked at, how, and against what. */
export interface Condition {
  subject: string;
  operator: Operator;
  right: number | string | boolean;
}

const MOST_CLAUSES = 16;

/** Splits a request into instructions; `quotes` are the texts that QUOTE markers stand for. */
export function clausesOf(request: string): { clauses: Clause[]; quotes: string[] } {
  const { text, quotes } = takeQuotes(request);
  const clauses = sentencesOf(text).flatMap((sentence): Clause[] => {
    const branch = branchOf(sentence);
    if (branch === undefined) return instructionsOf(sentence).map((part) => ({ kind: 'task', text: part }));
    return [...branch.before.map((part): Clause => ({ kind: 'task', text: part })), branch.clause];
  });
  return { clauses: clauses.slice(0, MOST_CLAUSES), quotes };
}

/** Sentences and list items. An "otherwise ..." sentence belongs to the "if ..." before it. */
function sentencesOf(text: string): string[] {
  return text
    .replaceAll(/(?:^|\n)\s*(?:\d{1,2}[.)]|[-*•])\s+/g, '\n')
    .replaceAll(/[.;!?]\s+(?=(?:otherwise|else)\b)/gi, ', ')
    .split(/(?<=[^.\s][.;!?])\s+|\n+/)
    .map((sentence) => sentence.trim().replace(/[.;!?]+$/, ''))
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

const IF_FIRST =
  /^(?:(.*?)[,;]?\s+(?:and\s+)?(?:then\s+)?)?\b(?:if|when|whenever|in case)\s+(.+?)(?:,\s*(?:then\s+)?|\s+then\s+)(.+)$/is;
const IF_LAST = /^(.+?)\s+\b(?:if|only if|in case)\s+(.+?)(?:[,;]?\s+(?:otherwise|else)[,:]?\s+(.+))?$/is;

function branchOf(sentence: string): { before: string[]; clause: BranchClause } | undefined {
  const first = IF_FIRST.exec(sentence);
  if (first !== null) {
    const condition = conditionOf(first[2]!);
    const [then, otherwise] = first[3]!.split(/[,;]?\s+\b(?:otherwise|else)\b[,:]?\s+/i);
    if (condition !== undefined)
      return { before: first[1] ? instructionsOf(first[1]) : [], clause: branch(condition, then, otherwise) };
  }
  const last = IF_LAST.exec(sentence);
  const condition = last === null ? undefined : conditionOf(last[2]!);
  if (last === null || condition === undefined) return undefined;
  return { before: [], clause: branch(condition, last[1], last[3]) };
}

const branch = (
  condition: Condition,
  then: string | undefined,
  otherwise: string | undefined,
): BranchClause => ({
  kind: 'branch',
  condition,
  then: instructionsOf(then ?? ''),
  otherwise: instructionsOf(otherwise ?? ''),
});

const COMPARISONS: readonly (readonly [RegExp, Operator])[] = [
  [/\b(?:is|are|stays|was)?\s*(?:at least|not below|no less than|>=)\s*/i, 'gte'],
  [/\b(?:is|are|stays|was)?\s*(?:at most|not above|no more than|<=)\s*/i, 'lte'],
  [
    /\b(?:is|are|goes|rises|stays|was)?\s*(?:above|over|greater than|higher than|more than|exceeds|bigger than)\s+|\s*>\s*/i,
    'gt',
  ],
  [
    /\b(?:is|are|goes|falls|drops|stays|was)?\s*(?:below|under|less than|lower than|smaller than|beneath)\s+|\s*<\s*/i,
    'lt',
  ],
  [/\b(?:is not|isn't|are not|does not equal|!=)\s+/i, 'ne'],
  [/\b(?:is|are|equals|becomes|==?)\s+/i, 'eq'],
];

/** Reads "SUBJECT is above VALUE"; undefined when the text is no comparison. */
export function conditionOf(text: string): Condition | undefined {
  const exists = /^(?:there (?:is|are)\s+)?(.+?)\s+exists?$/i.exec(text.trim());
  if (exists !== null) return { subject: exists[1]!, operator: 'exists', right: true };
  for (const [pattern, operator] of COMPARISONS) {
    const match = pattern.exec(text);
    if (match === null || match.index === 0) continue;
    const subject = text.slice(0, match.index).trim();
    const right = literalOf(text.slice(match.index + match[0].length).trim());
    if (subject !== '' && right !== undefined) return { subject, operator, right };
  }
  return undefined;
}

function literalOf(text: string): number | string | boolean | undefined {
  const number = /^[$€£]?\s?(-?\d[\d,]*(?:\.\d+)?)\s*(k|m|%)?/i.exec(text);
  if (number !== null) {
    const scale = number[2]?.toLowerCase() === 'k' ? 1e3 : number[2]?.toLowerCase() === 'm' ? 1e6 : 1;
    return Number(number[1]!.replaceAll(',', '')) * scale;
  }
  const [word] = wordsOf(text);
  return word === 'true' ? true : word === 'false' ? false : word;
}

/** Splits one sentence at "then", commas and those "and"s that begin another instruction. */
function instructionsOf(sentence: string): string[] {
  const parts = sentence
    .split(/[,;]?\s+(?:and\s+)?(?:then|afterwards|finally|after that|next(?=,))[,]?\s+|[;]\s*|\s*->\s*/i)
    .flatMap(splitAtVerbs);
  return parts.map(clean).filter((part) => /[\p{L}\p{N}]/u.test(part));
}

function splitAtVerbs(text: string): string[] {
  const pieces = text.split(/(,\s*(?:and\s+)?|\s+and\s+)/i);
  const parts: string[] = [pieces[0] ?? ''];
  for (let index = 1; index < pieces.length; index += 2) {
    const following = pieces[index + 1] ?? '';
    if (beginsInstruction(following)) parts.push(following);
    else if (isSecondThing(following)) parts.push(`create ${following}`);
    else parts[parts.length - 1] += `${pieces[index]}${following}`;
  }
  return parts;
}

function beginsInstruction(text: string): boolean {
  const [first, second] = wordsOf(text).filter((word) => word !== 'also' && word !== 'please');
  if (first === undefined || !isVerb(first)) return false;
  return second !== undefined || conceptOf(first) !== undefined;
}

/** "create a chart and a report" asks for two things. */
function isSecondThing(text: string): boolean {
  if (!/^(?:a|an)\s/i.test(text)) return false;
  return wordsOf(text)
    .slice(1, 4)
    .some((word) => SECOND_THINGS.has(conceptOf(word) ?? 'price'));
}

const SECOND_THINGS: ReadonlySet<Concept> = new Set(['chart', 'report', 'summary', 'forecast']);

const clean = (text: string): string =>
  text
    .replaceAll(/^[\s,;:]+|[\s,;]+$/g, '')
    .replace(/^(?:and|also|please|finally|first|then|next|kindly)[\s,]+/i, '');
