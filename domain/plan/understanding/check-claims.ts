import type { JsonObject } from '../../../schemas/core/json.ts';
import type { CatalogueService } from '../catalogue.ts';
import type { DraftStep } from '../draft.ts';
import { plainText } from '../../plain-text.ts';
import { checkValues, conditionProblems, type CheckedValues } from './check-values.ts';
import type { Claims } from './claims.ts';
import { onceEach, questionFor, safeQuestions, withoutQuestion } from './detail-questions.ts';
import { excludedParts, excludedProblems, exclusions } from './excluded.ts';
import { covers, overlaps } from './spans.ts';
import { accountsFor, asks, coverRest, createFinder } from './passages.ts';
import type { Mention, Reading } from './reading.ts';
import type { Source } from './said-values.ts';
import type {
  Passage,
  PlanQuestion,
  Span,
  Understanding,
  UnderstoodPart,
  WordLimits,
} from './understanding.ts';
import { limitsOf, lowerLimits, type SaidLimits } from './word-limits.ts';

export interface ClaimsContext {
  reading: Reading;
  /** The services that were offered; `sellers` names those that limits may name, the excluded ones too. */
  services: readonly CatalogueService[];
  sellers: readonly string[];
  codes: readonly string[];
  answers: JsonObject;
}

/** What is left of a planner's claims once they are held against the request. */
export interface CheckedClaims {
  /** What the planner must put right. */
  problems: string[];
  /** What it should look at again: days, numbers and sums of the request that no step has. */
  doubts: string[];
  /** Asked when it stays so: whether the work is wanted without them. */
  withouts: PlanQuestion[];
  /** What must be asked before anything is planned. */
  questions: PlanQuestion[];
  understanding: Understanding;
  limits: WordLimits;
  confidence: number;
}

const UNSURE = 0.85; // from 0.9 on a plan counts as sure
const MOST_PARTS = 300;

/** Holds what a planner says it understood against the words of the request. Never throws, whatever is claimed. */
export function checkClaims(
  steps: readonly DraftStep[],
  claims: Claims,
  context: ClaimsContext,
): CheckedClaims {
  const { reading, services, codes, sellers, answers } = context;
  const said = limitsOf(reading, { codes, sellers, answers });
  const excluding = exclusions(reading, said.parts);
  const excluded = excludedParts(excluding, reading);
  const source: Source = { reading, answers, closed: [...excluded, ...said.parts].map(({ span }) => span) };
  const values = checkValues(steps, services, source, claims.assumptions);
  const located = locate(claims, reading);
  const claimed = located.parts.filter((part) => holds(part, steps, values, source));
  const parts = [
    ...said.parts,
    ...excluded,
    ...values.parts,
    ...claimed.filter((part) => !isOurs(part, source)),
  ];
  const taken = [
    ...parts.flatMap((part) => accountsFor(part, reading)),
    ...located.ignored.map(({ span }) => span),
  ];
  const rest = coverRest(reading, taken);
  const ignored = [...located.ignored, ...rest.ignored];
  const asked = onceEach([
    ...safeQuestions(claims.questions, services, answers),
    ...values.unsaid.map(questionFor),
  ]);
  const understanding: Understanding = {
    parts: distinct([...parts, ...rest.context]),
    assumptions: values.assumptions.slice(0, MOST_PARTS),
    ignored: ignored.toSorted(byPlace).slice(0, MOST_PARTS),
    corrections: reading.corrections,
    questions: onceEach([...asked, ...said.questions]),
  };
  const left = unused(reading, parts, source).map(({ span }) => reading.text.slice(...span));
  return {
    problems: [
      ...located.problems,
      ...taskProblems(steps, claimed, source),
      ...excludedProblems(steps, services, reading, excluding),
      ...conditionProblems(steps, source),
    ],
    doubts: left.map((passage) => `No step uses "${passage.slice(0, 100)}", which the request says.`),
    withouts: left.map(withoutQuestion).filter(({ field }) => answers[field] !== true),
    questions: asked,
    understanding,
    limits: claimedLimits(said, claims, claimed, codes),
    confidence: isSure(understanding) ? claims.confidence : Math.min(claims.confidence, UNSURE),
  };
}

const isSure = ({ assumptions, ignored, corrections, parts }: Understanding): boolean =>
  assumptions.length + ignored.length + corrections.length === 0 &&
  !parts.some(({ as }) => as === 'unavailable');

function locate(
  { parts, ignored }: Claims,
  { text }: Reading,
): { parts: UnderstoodPart[]; ignored: Passage[]; problems: string[] } {
  const problems: string[] = [];
  const find = createFinder(text);
  const passage = (quoted: string): Passage[] => {
    const found = quoted.trim() === '' ? undefined : find(quoted);
    if (found === undefined && quoted.trim() !== '')
      problems.push(
        `The passage "${plainText(quoted.slice(0, 100))}" is not in the request: quote it letter by letter.`,
      );
    return found === undefined ? [] : [found];
  };
  return {
    parts: parts
      .slice(0, MOST_PARTS)
      .flatMap(({ text: quoted, ...rest }) =>
        passage(quoted).map((found): UnderstoodPart => ({ ...found, ...rest })),
      ),
    ignored: ignored.slice(0, MOST_PARTS).flatMap(passage),
    problems,
  };
}

/** A claim holds when what it names is there: a step, and a param that has its value from this passage or is only assumed. */
function holds(
  { as, step: id, field, span, text }: UnderstoodPart,
  steps: readonly DraftStep[],
  values: CheckedValues,
  { closed, reading }: Source,
): boolean {
  const step = steps.find((one) => one.id === id);
  const isClosed = closed.some((one) => overlaps(one, span));
  if (as === 'limit')
    return isClosed || reading.mentions.some((one) => LIMITING.has(one.kind) && overlaps(one.span, span));
  if (as === 'excluded') return isClosed || DENIAL.test(text);
  if (as === 'task') return step !== undefined && !closed.some((one) => covers(one, span));
  if (as !== 'value') return true;
  if (step === undefined || field === undefined) return false;
  const isAt = (one: { step?: string; field?: string }): boolean => one.step === id && one.field === field;
  if (values.parts.some((one) => isAt(one) && overlaps(one.span, span))) return true;
  return (
    Object.hasOwn(step.inputMapping ?? {}, field) ||
    values.assumptions.some(isAt) ||
    step.type !== 'service_call'
  );
}

const LIMITING: ReadonlySet<Mention['kind']> = new Set(['money', 'duration', 'number']);
const DENIAL = /\b(?:no|not|never|none|nothing|without|except|don['’]t)\b/i;

/** Our own reading of limits and of what is excluded stands, whatever else is claimed for those words. */
const isOurs = ({ span }: UnderstoodPart, { closed }: Source): boolean =>
  closed.some((one) => covers(one, span));

/** Every paid step is asked for by words of the request that are not quoted and not excluded. */
function taskProblems(
  steps: readonly DraftStep[],
  claimed: readonly UnderstoodPart[],
  { reading }: Source,
): string[] {
  const quotes = reading.mentions.filter(({ kind }) => kind === 'quote');
  const isOpen = ({ span }: UnderstoodPart): boolean => !quotes.some((quote) => covers(quote.span, span));
  return steps
    .filter(
      ({ id, type }) =>
        type === 'service_call' &&
        !claimed.some((part) => part.as === 'task' && part.step === id && isOpen(part)),
    )
    .map(
      ({ id }) =>
        `Nothing in the request asks for step "${id}": name the passage outside of quotes that does as its task in parts, or leave it out.`,
    );
}

/** Days, numbers and sums of what is asked for that no step has. */
function unused(reading: Reading, parts: readonly UnderstoodPart[], { closed }: Source): Mention[] {
  const told = parts.filter(({ as }) => as === 'value' || as === 'unavailable' || as === 'limit');
  const isUsed = (mention: Mention): boolean =>
    told.some((part) => overlaps(part.span, mention.span)) && !lacksEnd(mention, told);
  const isFree = ({ span }: Mention): boolean =>
    !closed.some((one) => overlaps(one, span)) &&
    !reading.mentions.some((one) => one.kind === 'quote' && covers(one.span, span)) &&
    reading.clauses.some((one) => (asks(one) || one.mood === 'fragment') && overlaps(one.span, span));
  return reading.mentions.filter((one) => MEASURES.has(one.kind) && isFree(one) && !isUsed(one));
}

const MEASURES: ReadonlySet<Mention['kind']> = new Set([
  'date',
  'duration',
  'count',
  'money',
  'number',
  'url',
  'email',
]);

/** "12 to 15 December" is used when its end is, as a day or as a number of nights. */
function lacksEnd(mention: Mention, told: readonly UnderstoodPart[]): boolean {
  if (mention.kind !== 'date' || mention.to === undefined) return false;
  const values = told.filter((part) => overlaps(part.span, mention.span)).map(({ value }) => value);
  const onlyBegins = values.every((value) => typeof value === 'string' && value.startsWith(mention.from));
  return mention.from !== mention.to && values.length > 0 && onlyBegins;
}

/** A planner may find a limit that our reading did not, but no limit of ours is ever raised. */
function claimedLimits(
  said: SaidLimits,
  { limits }: Claims,
  claimed: readonly UnderstoodPart[],
  codes: readonly string[],
): WordLimits {
  return claimed.some(({ as }) => as === 'limit') ? lowerLimits(said.limits, limits, codes) : said.limits;
}

const byPlace = (a: { span: Span }, b: { span: Span }): number =>
  a.span[0] - b.span[0] || a.span[1] - b.span[1];

function distinct(parts: readonly UnderstoodPart[]): UnderstoodPart[] {
  const keys = new Set<string>();
  return parts
    .filter(({ span, as, step, field }) => {
      const key = JSON.stringify([span, as, step, field]);
      return !keys.has(key) && keys.add(key);
    })
    .toSorted(byPlace)
    .slice(0, MOST_PARTS);
}
