import type { LedgerActivities } from '../../domain/ports/ledger.ts';
import { withRide } from '../journal/ride.ts';
import { finishRun } from './finish-run.ts';
import { reserveForRun } from './reserve-for-run.ts';
import type { LedgerDeps } from './tools.ts';

export function createLedgerActivities(deps: LedgerDeps): LedgerActivities {
  return {
    reserveForRun: (request) => withRide(deps.journal, request.ride, () => reserveForRun(deps, request)),
    finishRun: (request) => finishRun(deps, request),
  };
}
