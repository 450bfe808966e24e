import { withDefaults, type PaymentDeps, type PaymentTools } from '../payments/tools.ts';

/** How a run's workflow stands at Temporal. `missing`: it is not there, which another namespace would say, too. */
export type WorkflowState = 'open' | 'closed' | 'missing';

export interface BookDeps extends PaymentDeps {
  workflowState(workflowId: string): Promise<WorkflowState>;
  /** Whose inbox gets what belongs to nobody's run. */
  operatorTenant: string;
  /** What ended this long ago should be at rest, and what has not moved for this long is looked at. */
  graceMs?: number;
  lookAgainMs?: number;
}

export type BookTools = PaymentTools & Required<BookDeps>;

export const withBookDefaults = (deps: BookDeps): BookTools => ({
  ...withDefaults(deps),
  workflowState: deps.workflowState,
  operatorTenant: deps.operatorTenant,
  graceMs: deps.graceMs ?? 60_000,
  lookAgainMs: deps.lookAgainMs ?? 1500,
});
