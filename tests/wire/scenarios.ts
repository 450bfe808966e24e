import { catalogue } from './scenarios/catalogue.ts';
import { health } from './scenarios/health.ts';
import { keys } from './scenarios/keys.ts';
import { masumi, masumiQuestions, masumiRefusals } from './scenarios/masumi.ts';
import { escrow } from './scenarios/escrow.ts';
import { feed } from './scenarios/feed.ts';
import { decisions } from './scenarios/decisions.ts';
import { free } from './scenarios/free.ts';
import { books, paid, undone } from './scenarios/paid.ts';
import { refusals } from './scenarios/refusals.ts';
import type { Scenario } from './scenario.ts';

/**
 * In this order: the first two look at an installation in which nothing has happened yet, and those with money come last,
 * because a deposit takes a while to be final.
 */
export const SCENARIOS: readonly Scenario[] = [
  catalogue,
  health,
  refusals,
  free,
  feed,
  decisions,
  masumi,
  masumiQuestions,
  masumiRefusals,
  keys,
  escrow,
  paid,
  undone,
  books,
];
