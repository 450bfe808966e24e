import { withRide } from '../../activities/journal/ride.ts';
import { withHash } from '../../activities/planner/plan-hash.ts';
import { openAnswer } from '../../db/repositories/questions.ts';
import { getRun } from '../../db/repositories/runs.ts';
import { planAsset } from '../../domain/assets.ts';
import { planCodes } from '../../domain/plan/pricing.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { WorkerContext, WorkerPart } from '../../workers/family.ts';
import type { EchoSettings } from './01-settings.ts';
import type { EchoActivities } from './02-contract.ts';
import { assembleEcho } from './03-plan.ts';

type Context = WorkerContext<EchoSettings>;

/**
 * 4. What we do besides what the engine can do. `withRide` writes the run's waiting events while we work. An activity may run
 * twice, so it must be safe to repeat: this one only reads.
 */
export function createWorker(context: Context): WorkerPart {
  const activities: EchoActivities = {
    planEcho: ({ ride, ...request }) => withRide(context.journal, ride, () => planEcho(context, request)),
  };
  return { activities };
}

async function planEcho(
  { config, db, sealer, assets, catalogue }: Context,
  { runId, answer }: Pick<Parameters<EchoActivities['planEcho']>[0], 'runId' | 'answer'>,
): ReturnType<EchoActivities['planEcho']> {
  const run = await getRun(db.pool, runId);
  const input = sealer.open('run.input', run!.input_sealed) as JsonObject;
  const said = await openAnswer(db.pool, sealer, { runId, ...answer });
  const made = assembleEcho(String(input['text']), String(said?.['volume']), config.ECHO_SERVICE, {
    services: await catalogue(),
    book: assets,
    codes: planCodes(assets, planAsset(assets).code),
  });
  if (made.ok) return { kind: 'planned', plan: withHash(made.plan) };
  return { kind: 'failed', code: made.code, message: made.message, recoverable: false };
}
