import type { CatalogueService } from '../catalogue.ts';
import type { Builder, Product } from './builder.ts';
import type { RequestContext } from './request-values.ts';
import type { Concept } from './vocabulary.ts';

/** What planning one request goes along with. */
export interface PlanningState {
  builder: Builder;
  services: readonly CatalogueService[];
  context: RequestContext;
  cheapest: boolean;
  /** Instructions that no service can do. */
  lacking: string[];
  /** How surely each instruction was matched, 0 to 1. */
  certainty: number[];
  capabilities: Set<string>;
  kinds: Concept[];
}

/** Products a step may use now. */
export const availableTo = (state: PlanningState): { loose: Product[]; all: Product[] } => ({
  loose: state.builder.loose(),
  all: state.builder.products(),
});
