import { positions } from '../understanding/spans.ts';
import type { Clause, Reading } from '../understanding/reading.ts';
import type { Task } from './scene.ts';

/** A clause as a task, with the mentions from its first word to the next clause. */
export function taskOf(reading: Reading, clause: Clause): Task {
  const next = Math.min(
    Infinity,
    ...reading.clauses.map(({ span }) => span[0]).filter((start) => start > clause.span[0]),
  );
  const isFirst = !reading.clauses.some(({ span }) => span[0] < clause.span[0]);
  const from = isFirst ? 0 : clause.span[0];
  return {
    words: positions(clause.from, clause.to),
    mentions: reading.mentions.filter(({ span }) => span[0] >= from && span[0] < next),
    isQuestion: clause.mood === 'question',
    sentence: clause.sentence,
  };
}

export const isAsked = ({ mood, isNegated }: Clause): boolean => mood !== 'statement' && !isNegated;
