import type { Approval, NewWorkflow } from '../../sdk/reasoning-client.ts';

/** A task: `maxCost` in whole units of the plan's asset, `maxTime` in ms. */
export type CreateWorkflowRequest = NewWorkflow;

/** What an approval is bound to; without anything it is the current plan, within the estimate or `maxCost`. */
export type ApproveOptions = Approval;
