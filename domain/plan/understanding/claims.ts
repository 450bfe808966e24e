import type { PlanQuestion, UnderstoodPart, WordLimits } from './understanding.ts';

/** What a planner says that it understood. Nothing of it is believed before it is checked against the request. */
export interface Claims {
  /** `text` is said to be a passage of the request. */
  parts: { text: string; as: UnderstoodPart['as']; step?: string; field?: string }[];
  assumptions: { step: string; field: string; why: string }[];
  /** Passages of the request that the plan does not use. */
  ignored: string[];
  limits: WordLimits;
  questions: PlanQuestion[];
  confidence: number;
}
