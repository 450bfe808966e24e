import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import { contextWith } from './catalogue.ts';
import { firstHalf } from './first-half.ts';
import { inventedSentencesFirst } from './invented/sentences-first.ts';
import { inventedSentencesSecond } from './invented/sentences-second.ts';
import { inventedFirst } from './invented/services-first.ts';
import { inventedSecond } from './invented/services-second.ts';
import { inventedSentencesThird } from './invented/sentences-third.ts';
import { inventedThird } from './invented/services-third.ts';
import { plannerWith } from './planner.ts';
import { scoreAll, type Scored } from './score.ts';
import { secondHalf } from './second-half.ts';
import type { Sentence } from './sentence.ts';
import { thirdSet } from './third.ts';

export type Half = 'first' | 'second' | 'third';
export const HALVES: readonly Half[] = ['first', 'second', 'third'];

/** The twenty services that no rule names. */
export const invented: CatalogueService[] = [...inventedFirst, ...inventedSecond];

const SENTENCES: { [half in Half]: { sample: Sentence[]; invented: Sentence[] } } = {
  first: { sample: firstHalf, invented: inventedSentencesFirst },
  second: { sample: secondHalf, invented: inventedSentencesSecond },
  /** More of the kinds of the first half, for finding what the rules get wrong. */
  third: { sample: thirdSet, invented: [] },
};

/** Sentences about the sample services with these alone; those about invented services with all. */
export async function scoreHalf(half: Half): Promise<{ sample: Scored[]; invented: Scored[] }> {
  const { sample, invented: others } = SENTENCES[half];
  return {
    sample: await scoreAll(sample, plannerWith(), contextWith().services),
    invented: await scoreAll(others, plannerWith(invented), contextWith(invented).services),
  };
}

/** Services of a third set, beside the first ten. */
export const scoreThirdInvented = (): Promise<Scored[]> => {
  const others = [...inventedFirst, ...inventedThird];
  return scoreAll(inventedSentencesThird, plannerWith(others), contextWith(others).services);
};
