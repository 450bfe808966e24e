import type { Assumption, PlanQuestion } from '../understanding/understanding.ts';

/** Something that no service does. */
export interface Lack {
  text: string;
  words: readonly number[];
  why?: string;
}

/** What stands between a request and a plan: questions, what no service does, and what was assumed. */
export interface Doubts {
  questions: PlanQuestion[];
  lacking: Lack[];
  assumptions: Assumption[];
  /** Words that change what is wanted and that the service cannot take, by service name. */
  untakeable: Map<string, string[]>;
}

export const createDoubts = (): Doubts => ({
  questions: [],
  lacking: [],
  assumptions: [],
  untakeable: new Map(),
});

/** The same field is asked for once. */
export function askFor(doubts: Doubts, question: PlanQuestion): void {
  if (!doubts.questions.some(({ field }) => field === question.field)) doubts.questions.push(question);
}
