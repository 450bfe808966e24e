import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import { planByRules } from '../../activities/planner/plan-by-rules.ts';
import { contextWith, lookUp, TODAY } from './catalogue.ts';
import type { Planner } from './outcome.ts';

/** The planner under test, with the sample services and others. */
export const plannerWith =
  (others: readonly CatalogueService[] = []): Planner =>
  (text) =>
    planByRules(text, { today: TODAY, context: contextWith(others), lookup: lookUp });
