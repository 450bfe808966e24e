import { findWorkflow, type RunDetail } from '../../../db/repositories/run-detail.ts';
import { createValues } from '../../../db/values.ts';
import { escrowAsset } from '../../../domain/assets.ts';
import type { ValueRef } from '../../../domain/ports/values.ts';
import type { Workflow } from '../../../schemas/families/reasoning.ts';
import type { ApiDeps, Ctx } from '../../context.ts';
import { missingWorker } from '../../runs/waiting.ts';
import { mayActFor, workflowNotFound } from './access.ts';
import { FAMILY } from './names.ts';
import type { ReasoningOptions } from './options.ts';
import { resultOf, toUnreadable, toWorkflow, type WorkflowInput } from './to-wire.ts';

/** A workflow that the caller may see; another user's is as absent as none. */
export async function findOwn(
  ctx: Pick<Ctx, 'deps' | 'principal'>,
  id: string,
): Promise<RunDetail | undefined> {
  const run = await findWorkflow(ctx.deps.db.pool, ctx.principal.tenant, FAMILY, id);
  return run !== undefined && mayActFor(ctx, run.subject) ? run : undefined;
}

export async function requireOwn(ctx: Pick<Ctx, 'deps' | 'principal'>, id: string): Promise<RunDetail> {
  const run = await findOwn(ctx, id);
  if (run === undefined) throw workflowNotFound();
  return run;
}

/** The prompt is opened here, for its owner's eyes only. */
export async function show(deps: ApiDeps, options: ReasoningOptions, run: RunDetail): Promise<Workflow> {
  const lacking = await missingWorker(deps, run);
  try {
    const input = deps.sealer.open('run.input', run.input_sealed) as unknown as WorkflowInput;
    return toWorkflow(run, input, (code) => decimalsOf(options, code), lacking);
  } catch (error) {
    deps.log.error({ err: error, run_id: run.id }, 'a workflow cannot be shown as it was written down');
    return toUnreadable(run);
  }
}

export const decimalsOf = ({ assets, planAsset }: ReasoningOptions, code: unknown): number =>
  escrowAsset(assets, typeof code === 'string' ? code : planAsset)?.decimals ?? 0;

/** Outputs too large for the projection are fetched for whoever reads a single workflow. */
export async function withOutputs({ db, sealer }: ApiDeps, run: RunDetail): Promise<RunDetail> {
  const values = createValues(db.pool, sealer);
  const steps = await Promise.all(
    run.steps.map(async (step) => {
      const { outputRef, ...result } = resultOf(step);
      if (outputRef === undefined) return step;
      return { ...step, data: { ...result, output: await values.load(outputRef as unknown as ValueRef) } };
    }),
  );
  return { ...run, steps };
}
