import type { JsonObject } from '../../schemas/core/json.ts';
import {
  assemblePlan,
  noService,
  type AssembleContext,
  type PlanProblem,
  type UnhashedPlan,
} from './assemble.ts';
import type { PlanIntent } from './draft.ts';
import { priceIn } from './pricing.ts';
import type { Lack } from './rules/doubts.ts';
import { isLong } from './rules/long-requests.ts';
import { planByWords, type RuleOptions, type RuleResult } from './rules/planner.ts';
import { candidateSentences, teach } from './rules/teach.ts';
import type { Reading } from './understanding/reading.ts';
import { covers } from './understanding/spans.ts';
import type {
  PlanQuestion,
  Understanding,
  UnderstoodPart,
  WordLimits,
} from './understanding/understanding.ts';
import { bindLimits, limitsOf, sellersOf, type SaidLimits } from './understanding/word-limits.ts';

/** Something that decides what is bought is missing; `understanding.questions` ask for it. */
export interface DetailNeeded {
  ok: false;
  code: 'NEEDS_DETAIL';
  message: string;
  understanding: Understanding;
}

/** What the rules make of a request. `details` say what a client can do about a refusal. */
export type RulePlan =
  | { ok: true; plan: UnhashedPlan; intent: PlanIntent; limits: WordLimits }
  | DetailNeeded
  | (PlanProblem & { understanding?: Understanding; details?: JsonObject });

export type RuleTools = Pick<RuleOptions, 'choices' | 'answers' | 'matches'> & {
  /** Reads another sentence as the request was read: an example is shown only if it plans. */
  read?: (text: string) => Reading;
};

/**
 * Plans by rules with the services that fit best, in the first asset that pays for all of them; where these want different assets, with
 * the services of one asset after the other. A plan that costs too much is made once more with the cheapest services that fit.
 */
export function planReading(reading: Reading, context: AssembleContext, tools: RuleTools): RulePlan {
  if (!reading.language.isEnglish) return needsDetail(foreign(reading));
  const { answers = {} } = tools;
  const { codes, services } = context;
  const said = limitsOf(reading, { codes, sellers: sellersOf(services), answers });
  const { limits } = said;
  const questions = [...said.questions, ...strayMoney(reading, said, answers)];
  const bound = bindLimits(context, limits);
  const free = planWithin(reading, bound, said.parts, questions, tools);
  if (free.ok || free.code !== 'NO_SERVICE') return withLimits(free, limits);
  for (const code of bound.codes) {
    const planned = planWithin(reading, { ...bound, codes: [code] }, said.parts, questions, tools);
    if (planned.ok || planned.code !== 'NO_SERVICE') return withLimits(planned, limits);
  }
  return free;
}

const withLimits = (planned: RulePlan, limits: WordLimits): RulePlan =>
  planned.ok ? { ...planned, limits } : planned;

/** A sum that is told beside the request may be meant as its limit: the person says. In a long story sums have many reasons. */
function strayMoney(reading: Reading, { parts, questions }: SaidLimits, answers: JsonObject): PlanQuestion[] {
  const { mentions, clauses, text } = reading;
  if (questions.length > 0 || Object.hasOwn(answers, 'maxCost') || isLong(reading)) return [];
  const told = clauses.filter(({ mood }) => mood === 'statement');
  const stray = mentions.find(
    (one) =>
      one.kind === 'money' &&
      told.some(({ span }) => covers(span, one.span)) &&
      !parts.some(({ span }) => covers(span, one.span)),
  );
  if (stray === undefined) return [];
  const said = text.slice(...stray.span);
  return [
    {
      field: 'maxCost',
      question: `"${said}" is told beside the request. What is the most that everything may cost, in whole units of the asset?`,
      type: 'number',
      example: '0.5',
      min: 0,
    },
  ];
}

/** The rules read English; other languages are recognised, and said so. */
function foreign({ text, language, corrections }: Reading): Understanding {
  const question: PlanQuestion = {
    field: 'request',
    question: `I read English; this looks like ${language.name}. Please write the request in English.`,
    type: 'text',
    example: 'Get the SOL price history of the last 30 days',
  };
  return {
    parts: [],
    assumptions: [],
    ignored: [{ text, span: [0, text.length] }],
    corrections,
    questions: [question],
  };
}

function planWithin(
  reading: Reading,
  context: AssembleContext,
  parts: readonly UnderstoodPart[],
  questions: readonly PlanQuestion[],
  tools: RuleTools,
): RulePlan {
  const { codes, book } = context;
  const services = context.services.filter((service) =>
    codes.some((code) => priceIn(service, code, book) !== undefined),
  );
  const attempt = (cheapest: boolean): RulePlan => {
    const result = planByWords(reading, services, { ...tools, parts, cheapest });
    const asked = withQuestions(result, questions);
    if (asked !== undefined) return needsDetail(asked);
    if (result.kind !== 'plan') return nothing(result, { ...context, services }, tools);
    const assembled = assemblePlan(result.draft.steps, { ...context, services });
    const { understanding } = result;
    if (!assembled.ok) return { ...assembled, understanding };
    return { ok: true, plan: { ...assembled.plan, understanding }, intent: result.draft.intent, limits: {} };
  };
  const first = attempt(false);
  return !first.ok && first.code === 'MAX_COST_EXCEEDED' ? attempt(true) : first;
}

function withQuestions(
  { kind, understanding }: RuleResult,
  questions: readonly PlanQuestion[],
): Understanding | undefined {
  const all = [
    ...(kind === 'detail' ? understanding.questions : []),
    ...(kind === 'nothing' ? [] : questions),
  ];
  return all.length === 0 ? undefined : { ...understanding, questions: all };
}

function needsDetail(understanding: Understanding): DetailNeeded {
  const [first, ...others] = understanding.questions;
  const more =
    others.length === 0
      ? ''
      : ` There ${others.length === 1 ? 'is one more question' : `are ${others.length} more questions`}.`;
  return { ok: false, code: 'NEEDS_DETAIL', message: `${first!.question}${more}`, understanding };
}

function nothing(
  { understanding, lacking }: { understanding: Understanding; lacking?: Lack[] },
  context: AssembleContext,
  tools: RuleTools,
): RulePlan {
  const lacks = lacking ?? [];
  const problem = noService(
    lacks.map(({ text }) => text),
    context.codes.join(' or '),
  );
  const message = lacks.length === 0 ? overview(context.services) : problem.message;
  return {
    ...problem,
    message,
    understanding,
    details: teach(context.services, lacks, exampleOf(context, tools)),
  };
}

/** "What can you do?" */
function overview(services: AssembleContext['services']): string {
  if (services.length === 0) return 'No service that can be paid is in the catalogue.';
  const listed = services
    .slice(0, 20)
    .map(({ name, pricePerCall, currency }) => `${name} (${pricePerCall} ${currency})`);
  return `These services exist: ${listed.join(', ')}${services.length > 20 ? ', …' : ''}. Say what should be done with them.`;
}

/** The first sentence that plans to the service that it was made for. */
function exampleOf({ services }: AssembleContext, { read, ...tools }: RuleTools): string | undefined {
  if (read === undefined) return undefined;
  return candidateSentences(services).find(({ text, service }) => {
    const result = planByWords(read(text), services, { ...tools, answers: {} });
    return result.kind === 'plan' && result.draft.steps.some(({ serviceId }) => serviceId === service);
  })?.text;
}
