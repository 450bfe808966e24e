import type { Database } from '../../db/database.ts';
import type { Journal } from '../../db/journal.ts';
import type { Values } from '../../db/values.ts';
import type { AssetBook } from '../../domain/assets.ts';
import type { Checkpoint } from '../../domain/crash-points.ts';
import type { LedgerActivities } from '../../domain/ports/ledger.ts';
import { withRide } from '../journal/ride.ts';
import { finishRun } from './finish-run.ts';
import { reserveForRun } from './reserve-for-run.ts';

export interface LedgerDeps {
  db: Database;
  journal: Journal;
  values: Values;
  assets: AssetBook;
  checkpoint?: Checkpoint;
}

export function createLedgerActivities(deps: LedgerDeps): LedgerActivities {
  return {
    reserveForRun: (request) => withRide(deps.journal, request.ride, () => reserveForRun(deps, request)),
    finishRun: (request) => finishRun(deps, request),
  };
}
