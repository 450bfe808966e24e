import { positions } from '../understanding/spans.ts';
import type { Understanding } from '../understanding/understanding.ts';
import type { Use } from './account.ts';
import { isSoft } from './lexicon.ts';
import { wordAt, type Scene } from './scene.ts';

/** Says what became of each word. A clause that asks for nothing is context; small words belong to the passage they stand in. */
export function understandingOf(scene: Scene): Understanding {
  const { reading, account, doubts, builder } = scene;
  const asked = new Set(
    reading.clauses.filter(({ mood }) => mood !== 'statement').flatMap(({ from, to }) => positions(from, to)),
  );
  const rest = (index: number): Use => {
    if (!asked.has(index)) return { as: 'context' };
    return isSoft(wordAt(scene, index).norm) ? { as: 'context' } : { as: 'ignored' };
  };
  const { parts, ignored } = account.close(rest);
  const steps = new Set(builder.steps.map(({ id }) => id));
  return {
    parts,
    assumptions: doubts.assumptions.filter(({ step }) => steps.has(step)),
    ignored,
    corrections: reading.corrections,
    questions: doubts.questions,
  };
}
