export * from './reasoning/escrow.ts';
export * from './reasoning/plan.ts';
export * from './reasoning/primitives.ts';
export * from './reasoning/service.ts';
export * from './reasoning/stream.ts';
export * from './reasoning/workflow.ts';
