import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import { makeOfflinePlan } from '../../domain/plan/make-plan.ts';
import { contextWith, TODAY } from './catalogue.ts';
import type { Planner } from './outcome.ts';

/** The planner under test, with the sample services and others. */
export const plannerWith =
  (others: readonly CatalogueService[] = []): Planner =>
  (text) =>
    Promise.resolve(makeOfflinePlan(text, TODAY, contextWith(others)));
