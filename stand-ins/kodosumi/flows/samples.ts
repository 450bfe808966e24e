import type { StandInFlow } from '../flow.ts';
import { approval } from './approval.ts';
import { everyElement } from './every-element.ts';
import { hymn } from './hymn.ts';
import { results } from './results.ts';
import { failing, fileReader, longRun, picky, twoFiles } from './troubles.ts';

/** The flows that somebody can try out. */
export const sampleFlows: readonly StandInFlow[] = [hymn, approval];

/** The samples, and one for everything that can happen to a run. */
export const testFlows: readonly StandInFlow[] = [
  ...sampleFlows,
  everyElement,
  failing,
  longRun,
  fileReader,
  twoFiles,
  picky,
  results,
];
