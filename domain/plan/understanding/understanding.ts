import type { Json } from '../../../schemas/core/json.ts';

/** A passage of the request: start and end (exclusive) in UTF-16 code units, as `text.slice(start, end)` takes them. */
export type Span = [start: number, end: number];

export interface Passage {
  text: string;
  span: Span;
}

/**
 * What a passage was taken for. `task`: work that `step` does. `value`: `field` of `step` has it. `limit`: it bounds what may be bought
 * or paid. `excluded`: something that is not to be done. `unavailable`: work that no service does. `context`: told, not asked for.
 */
export interface UnderstoodPart extends Passage {
  as: 'task' | 'value' | 'limit' | 'excluded' | 'unavailable' | 'context';
  step?: string;
  field?: string;
  value?: Json;
}

/** A value that nobody gave. Nothing that decides what is bought is ever assumed. */
export interface Assumption {
  field: string;
  value: Json;
  why: string;
  step: string;
}

/** A word that was read as another one. */
export interface Correction {
  from: string;
  to: string;
  span: Span;
}

/**
 * What must be known before anything is planned. `field` names the answer: `POST /runs/{id}/inputs {data: {<field>: ...}}`.
 * `choices` are what the service takes; `example` is a value that would do.
 */
export interface PlanQuestion {
  field: string;
  question: string;
  type: 'text' | 'number' | 'boolean' | 'choice';
  choices?: string[];
  /** A hint for whoever shows the form: "date", "url". */
  format?: string;
  example?: Json;
  min?: number;
  max?: number;
  /** Id of the service that needs it. */
  service?: string;
}

/** What a planner made of the words of a request (reasoning.md, amendments). Every word is in a part or is ignored. */
export interface Understanding {
  parts: UnderstoodPart[];
  assumptions: Assumption[];
  ignored: Passage[];
  corrections: Correction[];
  questions: PlanQuestion[];
}

/** A plan that does only a part of what was asked; a person must accept that. */
export const isPartial = (understanding: Understanding | undefined): boolean =>
  understanding?.parts.some((part) => part.as === 'unavailable') ?? false;

/** Limits that the request's words set. They bind like fields of the request; the lower one wins. */
export interface WordLimits {
  /** Decimal in whole units of the asset with this code. */
  maxCost?: { amount: string; asset: string };
  maxTimeMs?: number;
  verifiedOnly?: true;
  /** Names of services or sellers that nothing may be bought from, as they were written. */
  notFrom?: string[];
}
