import { getRun } from '../../db/repositories/runs.ts';
import type { Queryable } from '../../db/ledger.ts';
import type { Sealer } from '../../db/sealing.ts';
import { escrowAsset, planAsset, type AssetBook } from '../../domain/assets.ts';
import { EngineError } from '../../domain/errors.ts';
import { formatUnits } from '../../domain/money.ts';
import { planCodes } from '../../domain/plan/pricing.ts';
import type { Json } from '../../schemas/core/json.ts';
import { isObject } from '../../domain/json.ts';

/** What is to be planned. `maxCost` is a decimal in whole units; `codes` are the assets to try, in order. */
export interface PlanningRequest {
  input: string;
  maxCost: string | undefined;
  maxTimeMs: number | undefined;
  codes: string[];
}

/** Reads a run's sealed input and its settings. A maximum counts in the run's asset, else in the plan asset. */
export async function loadRequest(
  db: Queryable,
  sealer: Sealer,
  assets: AssetBook,
  runId: string,
): Promise<PlanningRequest> {
  const run = await getRun(db, runId);
  if (run === undefined)
    throw new EngineError('run_not_found', `Run ${runId} has no row: there is nothing to plan.`);
  const { maxCost, maxTimeMs, asset } = run.settings;
  const preferred = planAsset(assets).code;
  const wished = typeof asset === 'string' ? asset : undefined;
  return {
    input: inputOf(sealer.open('run.input', run.input_sealed), runId),
    maxCost: typeof maxCost === 'string' ? inUnits(maxCost, wished ?? preferred, assets) : undefined,
    maxTimeMs: typeof maxTimeMs === 'number' ? maxTimeMs : undefined,
    // a maximum without an asset is meant in the plan asset: another one's units would be other money
    codes: planCodes(assets, preferred, wished ?? (maxCost === undefined ? undefined : preferred)),
  };
}

function inputOf(input: Json, runId: string): string {
  const text = isObject(input) ? input['input'] : undefined;
  if (typeof text !== 'string')
    throw new EngineError('plan_invalid', `Run ${runId} has no text to plan from.`);
  return text;
}

function inUnits(minor: string, code: string, assets: AssetBook): string {
  const asset = escrowAsset(assets, code);
  if (asset === undefined)
    throw new EngineError('unknown_asset', `No asset is called ${code}: see GET /escrow/address.`);
  return formatUnits(minor, asset.decimals);
}
