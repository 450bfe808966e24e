import { RE2JS } from 're2js';
import type { AssembleContext } from '../../domain/plan/assemble.ts';
import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import { planReading, type RulePlan } from '../../domain/plan/make-plan.ts';
import { choicesOf, lookupsOf } from '../../domain/plan/rules/lookups.ts';
import type { Choices } from '../../domain/plan/rules/scene.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { readerFor } from './reader.ts';

export interface RuleRequest {
  /** ISO date. */
  today: string;
  context: AssembleContext;
  /** What a person answered to earlier questions. */
  answers?: JsonObject;
  /** Calls a free service that lists what others take; undefined when it does not answer. */
  lookup?: (service: CatalogueService) => Promise<Json | undefined>;
}

/** Plans a sentence by rules. An answer to "what is meant?" takes the place of the sentence. */
export async function planByRules(
  input: string,
  { today, context, answers = {}, lookup }: RuleRequest,
): Promise<RulePlan> {
  const { text, others } = readable(input, answers);
  const choices = await askLookups(context.services, lookup);
  const reader = await readerFor(context.services, choices);
  const read = (said: string) => reader(said, today);
  return planReading(read(text), context, { choices, answers: others, matches, read });
}

/** What is to be read: an answer to "what is meant?" takes the place of the request. */
export function readable(
  input: string,
  { request, ...others }: JsonObject,
): { text: string; others: JsonObject } {
  return { text: typeof request === 'string' && request.trim() !== '' ? request : input, others };
}

async function askLookups(
  services: readonly CatalogueService[],
  lookup: RuleRequest['lookup'],
): Promise<Choices> {
  if (lookup === undefined) return new Map();
  const lookups = lookupsOf(services);
  const answers = new Map<string, Json>();
  await Promise.all(
    [...new Set(lookups.map(({ service }) => service))].map(async (service) => {
      const answer = await lookup(service);
      if (answer !== undefined) answers.set(service.id, answer);
    }),
  );
  return choicesOf(lookups, answers);
}

const LONGEST_PATTERN = 500;
const MOST_PATTERNS = 500;
/** Compiled once: a request asks for the same pattern at each of its words. Undefined where it is not one. */
const PATTERNS = new Map<string, RE2JS | undefined>();

/** Patterns come from catalogues, texts from requests: RE2 never backtracks. A pattern that it does not know says nothing. */
function matches(pattern: string, text: string): boolean {
  if (pattern.length > LONGEST_PATTERN) return true;
  if (!PATTERNS.has(pattern)) {
    if (PATTERNS.size >= MOST_PATTERNS) PATTERNS.clear();
    PATTERNS.set(pattern, compile(pattern));
  }
  return PATTERNS.get(pattern)?.matcher(text).find() ?? true;
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
