import type { CatalogueService } from '../catalogue.ts';
import type { DraftStep } from '../draft.ts';
import { wordSet } from '../scoring.ts';
import { overlaps } from './spans.ts';
import { asks } from './passages.ts';
import type { Clause, Reading, Word } from './reading.ts';
import type { UnderstoodPart } from './understanding.ts';

/** Verbs that say nothing about what is done. */
const VAGUE =
  /^(do|make|use|want|need|send|give|show|get|include|add|create|build|produce|provide|have|be|let|try|buy|pay|spend|order|take|not|no|without|never|anything|something|any|please|it|this|that|thing)$/;

/** Clauses that exclude work. "Don't spend more than 5 cents on it" and "not from X" are limits, and exclude none. */
export const exclusions = ({ clauses }: Reading, limits: readonly UnderstoodPart[]): Clause[] =>
  clauses.filter(({ isNegated, span }) => isNegated && !limits.some((limit) => overlaps(limit.span, span)));

/** What the request says is not to be done. */
export const excludedParts = (excluding: readonly Clause[], { text }: Reading): UnderstoodPart[] =>
  excluding.map(({ span }) => ({ text: text.slice(...span), span, as: 'excluded' }));

/** Steps that do what the request excludes. What is also asked for elsewhere is not excluded as such ("a chart of SOL, not of BTC"). */
export function excludedProblems(
  steps: readonly DraftStep[],
  services: readonly CatalogueService[],
  reading: Reading,
  excluding: readonly Clause[],
): string[] {
  const wanted = new Set(
    reading.clauses.filter((one) => asks(one) || isFragment(one)).flatMap((one) => topics(one, reading)),
  );
  return excluding.flatMap((clause) => {
    const excluded = topics(clause, reading).filter((word) => !wanted.has(word));
    const said = reading.text.slice(...clause.span);
    return steps
      .filter((step) => does(step, excluded, services))
      .map(
        ({ id }) =>
          `Step "${id}" does what the request does not want: "${said.slice(0, 100)}". Leave it out.`,
      );
  });
}

const isFragment = ({ mood, isNegated }: Clause): boolean => mood === 'fragment' && !isNegated;

const topics = ({ from, to }: Clause, { words }: Reading): string[] =>
  words
    .slice(from, to)
    .filter(isTopic)
    .flatMap(({ norm, root }) => [...new Set([norm, root])]);

const isTopic = ({ norm, root, kind }: Word): boolean =>
  kind !== 'function' && kind !== 'number' && !VAGUE.test(norm) && !VAGUE.test(root) && norm.length > 2;

/** A service is known by its name, id, category and capabilities; its description names much else as well. */
function does(step: DraftStep, excluded: readonly string[], services: readonly CatalogueService[]): boolean {
  if (step.type !== 'service_call' || excluded.length === 0) return false;
  const service = services.find(({ id }) => id === step.serviceId);
  const names = service === undefined ? [step.action] : [service.id, service.name, ...service.capabilities];
  const known = [...wordSet(names.join(' ').replaceAll(/[_-]/g, ' '))];
  return excluded.some((word) => known.some((one) => stem(one) === stem(word)));
}

/** "Charts", "charting" and "chart" are one word here. */
const stem = (word: string): string => word.replace(/(?:ings?|ed|es|s|e)$/, '');
