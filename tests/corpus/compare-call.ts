import { isObject } from '../../domain/json.ts';
import type { PlanStep } from '../../domain/plan/plan.ts';
import type { Json } from '../../schemas/core/json.ts';
import type { Call, Wanted } from './sentence.ts';

/** They shape an answer and do not decide what is bought. */
const SHAPING = new Set([
  'title',
  'sections',
  'data',
  'days',
  'sentences',
  'steps',
  'size',
  'limit',
  'servings',
]);
/** Characters that a text may have beyond the wanted words: quotes, a full stop. */
const MARGIN = 6;
/** Services of numbers take them under several names. */
const SERIES = ['values', 'series', 'data'];

/** Values that a service takes where a call names none. */
export type Defaults = (service: string | undefined, param: string) => Json | undefined;

/** What a call has that nobody asked for; empty where it is the wanted one. */
export function compareCall(step: PlanStep, call: Call, say: string, defaultOf: Defaults): string[] {
  const wanted = Object.entries(call.params ?? {});
  const wrong = wanted.flatMap(([name, value]) => {
    const has = valueOf(step, name) ?? defaultOf(step.serviceId, name);
    if (has === undefined && isMapped(step, name)) return [];
    return matches(has, value, say)
      ? []
      : [`${call.service}.${name} is ${show(has)}, not ${JSON.stringify(value)}`];
  });
  return [...wrong, ...unasked(step, call, defaultOf)];
}

/** Literal values that the sentence did not give. */
const unasked = (step: PlanStep, call: Call, defaultOf: Defaults): string[] =>
  Object.entries(step.params)
    .filter(([name]) => !SHAPING.has(name) && !isNamed(call, name))
    .filter(([name, value]) => !equals(value, defaultOf(step.serviceId, name) ?? null))
    .map(([name, value]) => `${call.service}.${name} is ${show(value)}, which nobody said`);

const isNamed = (call: Call, name: string): boolean => {
  const named = Object.keys(call.params ?? {});
  return named.includes(name) || (SERIES.includes(name) && named.includes('values'));
};

const valueOf = (step: PlanStep, name: string): Json | undefined => {
  const names = name === 'values' ? SERIES : name === 'text' ? ['text', 'data'] : [name];
  return names.map((other) => step.params[other]).find((value) => value !== undefined);
};

const isMapped = (step: PlanStep, name: string): boolean =>
  Object.keys(step.inputMapping ?? {}).some(
    (mapped) => mapped === name || (name === 'values' && SERIES.includes(mapped)),
  );

function matches(has: Json | undefined, wanted: Wanted, say: string): boolean {
  if (has === undefined) return false;
  if (!isObject(wanted)) return equals(has, wanted);
  const { oneOf, has: words } = wanted as { oneOf?: Json[]; has?: string };
  if (oneOf !== undefined) return oneOf.some((value) => equals(has, value));
  if (typeof has !== 'string' || words === undefined || has.trim() === say.trim()) return false;
  return plain(has).includes(plain(words)) && has.length <= words.length + MARGIN;
}

const equals = (one: Json, other: Json): boolean => plain(one) === plain(other);

const plain = (value: Json): string =>
  (typeof value === 'string' ? value : JSON.stringify(value))
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/^["'“‘\s]+|["'”’\s.!?,;]+$/g, '');

const show = (value: Json | undefined): string => JSON.stringify(value)?.slice(0, 80) ?? 'missing';
