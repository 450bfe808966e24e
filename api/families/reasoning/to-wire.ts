/** The one place where the engine's rows and events become the contract's words (reasoning.md). */
export { toWireEvent } from './to-wire/events.ts';
export { decimalsById, inWords, money } from './to-wire/money.ts';
export { grantedHash, statusWord, wireStatus } from './to-wire/status.ts';
export { resultOf, toStepResults } from './to-wire/steps.ts';
export { planOf, toSteps, toUnreadable, toWorkflow, type WorkflowInput } from './to-wire/workflow.ts';
