import type { ApiDeps, Ctx } from '../../api/context.ts';
import { newWorkflowId, workflowStart } from '../../api/families/reasoning/create.ts';
import type { ReasoningOptions } from '../../api/families/reasoning/options.ts';
import { approveRun, requireRun } from '../../api/runs/commands.ts';
import { startRun } from '../../api/runs/start.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { RunSettings } from '../../domain/run-settings.ts';

/** Makes runs with the API's own functions, without HTTP. */
export interface DirectRuns {
  /** Starts, approves at once and waits for the workflow's end; answers the run's id. */
  run(request: string, userId: string): Promise<string>;
}

const TENANT = 'default';
const MAX_COST_UNITS = 5n;

export function createDirectRuns(deps: ApiDeps, options: ReasoningOptions): DirectRuns {
  const ctx: Pick<Ctx, 'deps' | 'principal' | 'claim'> = {
    deps,
    principal: {
      kind: 'local',
      tenant: TENANT,
      subject: null,
      scopes: ['admin'],
      keyId: null,
      operator: true,
    },
    claim: undefined,
  };
  const decimals = escrowAsset(options.assets, options.planAsset)?.decimals ?? 0;
  // An approval that comes before its plan is bound by its maximum.
  const maxCost = (MAX_COST_UNITS * 10n ** BigInt(decimals)).toString();
  const settings: RunSettings = { ...options.run, maxTimeMs: options.maxTimeMs, maxCost };
  const start = workflowStart(options);
  return {
    async run(request, userId) {
      const id = newWorkflowId(Date.now());
      await startRun(deps, {
        run: {
          id,
          tenant: TENANT,
          family: 'reasoning',
          kind: 'reasoning',
          subject: userId,
          workflowId: id,
          input: { input: request },
          settings: { ...settings, asset: options.planAsset },
        },
        start,
      });
      await approveRun(ctx, await requireRun(ctx, id), {});
      await deps.temporal.workflow.getHandle(id).result();
      return id;
    },
  };
}
