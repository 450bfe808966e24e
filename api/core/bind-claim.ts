import type { Queryable } from '../../db/ledger.ts';
import { bindRun } from '../../db/repositories/idempotency.ts';
import type { Claim } from '../middleware/claim.ts';
import { ClaimLost } from '../middleware/idempotency.ts';

/** Notes in the transaction of the deed that it is done, so that a try whose answer was lost is not done again. */
export async function bindClaim(client: Queryable, claim: Claim | undefined, id: string): Promise<void> {
  if (claim !== undefined && !(await bindRun(client, claim, id))) throw new ClaimLost();
}
