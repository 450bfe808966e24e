import type { Database } from '../../db/database.ts';
import type { Journal } from '../../db/journal.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { Values } from '../../db/values.ts';
import type { AssetBook } from '../../domain/assets.ts';
import type { Checkpoint } from '../../domain/crash-points.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import type { Rails } from '../../domain/payments/rail.ts';
import type { CallingActivities } from '../../domain/ports/calling.ts';
import { callService } from './call-service.ts';
import { compensateStep } from './compensate-step.ts';
import { createSeller } from './seller.ts';

export interface CallingDeps {
  db: Database;
  journal: Journal;
  values: Values;
  sealer: Sealer;
  fetch: HttpFetch;
  assets: AssetBook;
  rails: Rails;
  now?: () => number;
  checkpoint?: Checkpoint;
}

/** Calls of services and of their undos; `computeStep` of the same port has no outside system and stands apart. */
export function createCallingActivities(deps: CallingDeps): Omit<CallingActivities, 'computeStep'> {
  const tools = { now: Date.now, checkpoint: () => undefined, ...deps, seller: createSeller(deps) };
  return {
    callService: (request) => callService(tools, request),
    compensateStep: (request) => compensateStep(tools, request),
  };
}
