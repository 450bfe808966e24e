import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import { contextWith } from './catalogue.ts';
import { firstHalf } from './first-half.ts';
import { fourthSet } from './fourth.ts';
import { inventedSentencesFirst } from './invented/sentences-first.ts';
import { inventedSentencesSecond } from './invented/sentences-second.ts';
import { inventedFirst } from './invented/services-first.ts';
import { inventedSecond } from './invented/services-second.ts';
import { inventedSentencesThird } from './invented/sentences-third.ts';
import { inventedThird } from './invented/services-third.ts';
import { inventedSentencesFourth } from './invented/sentences-fourth.ts';
import { inventedFourth } from './invented/services-fourth.ts';
import { plannerWith } from './planner.ts';
import { scoreAll, type Scored } from './score.ts';
import { secondHalf } from './second-half.ts';
import type { Sentence } from './sentence.ts';
import { thirdSet } from './third.ts';

export type Half = 'first' | 'second' | 'third' | 'fourth';
export const HALVES: readonly Half[] = ['first', 'second', 'third', 'fourth'];

/** The twenty services that no rule names. */
export const invented: CatalogueService[] = [...inventedFirst, ...inventedSecond];

interface Part {
  sentences: Sentence[];
  /** Services beside the sample ones. */
  others: CatalogueService[];
}

/** Sentences about the sample services are said to these alone; those about invented services to all. */
const PARTS: { [half in Half]: { sample: Sentence[]; invented: Part } } = {
  first: { sample: firstHalf, invented: { sentences: inventedSentencesFirst, others: invented } },
  second: { sample: secondHalf, invented: { sentences: inventedSentencesSecond, others: invented } },
  third: {
    sample: thirdSet,
    invented: { sentences: inventedSentencesThird, others: [...inventedFirst, ...inventedThird] },
  },
  fourth: { sample: fourthSet, invented: { sentences: inventedSentencesFourth, others: inventedFourth } },
};

export async function scoreHalf(half: Half): Promise<{ sample: Scored[]; invented: Scored[] }> {
  const { sample, invented: part } = PARTS[half];
  return {
    sample: await scoreAll(sample, plannerWith(), contextWith().services),
    invented: await scoreAll(part.sentences, plannerWith(part.others), contextWith(part.others).services),
  };
}
