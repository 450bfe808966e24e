/** The bundle's only entry: every workflow this installation runs, by the name Temporal knows it. */
export { reasoning } from './families/reasoning.ts';
export { masumi } from './families/masumi/job.ts';
export { masumiWatch } from './families/masumi/watch.ts';
export { escrowDeposit, escrowWithdrawal } from './families/escrow.ts';
export { booksCheck } from './engine/books-check.ts';
export { paymentCheck } from './engine/payment-check.ts';
export { paymentDecision } from './engine/payment-decision.ts';
export { settlementSweep } from './engine/settlement-sweep.ts';
