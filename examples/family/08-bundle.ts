/**
 * 8. The other line. Temporal bundles workflows for its sandbox and must see their modules, so a list that is made at run time
 * does not do. A family that stays adds its export to `workflows/index.ts`; this one is added here, from outside.
 */
export * from '../../workflows/index.ts';
export { echo } from './05-workflow.ts';
