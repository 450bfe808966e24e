/** The only entry of the bundle. It exports every workflow of this installation under its name in Temporal. */
export { reasoning } from './families/reasoning.ts';
export { masumi } from './families/masumi/job.ts';
export { masumiFollow } from './families/masumi/following.ts';
export { masumiWatch } from './families/masumi/watch.ts';
export { omniAgent } from './families/omni/agent.ts';
export { omniChat } from './families/omni/chat.ts';
export { omniDay, omniWatch } from './families/omni/watch.ts';
export { escrowDeposit, escrowWithdrawal } from './engine/escrow.ts';
export { booksCheck } from './engine/books-check.ts';
export { paymentCheck } from './engine/payment-check.ts';
export { paymentDecision } from './engine/payment-decision.ts';
export { repairRun } from './engine/repair-run.ts';
export { runWatch } from './engine/run-watch.ts';
export { settlementSweep } from './engine/settlement-sweep.ts';
