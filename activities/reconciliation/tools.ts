import { withDefaults, type PaymentDeps, type PaymentTools } from '../payments/tools.ts';

/** The state of a run's workflow at Temporal. `missing`: it is not there, or it is in another namespace. */
/** `told`: it came to its own end, after it had told that. `closed`: it failed, or was ended from outside. */
export type WorkflowState = 'open' | 'told' | 'closed' | 'missing';

export interface BookDeps extends PaymentDeps {
  workflowState(workflowId: string): Promise<WorkflowState>;
  /** Whose inbox gets the items that belong to no run. */
  operatorTenant: string;
  /** What ended this long ago should be at rest. What has not moved for this long is looked at. */
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
