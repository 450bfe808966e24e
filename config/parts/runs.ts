import { int } from '../../schemas/core/setting.ts';

export const runs = {
  title: 'Runs and money',
  shape: {
    APPROVAL_TTL_MS: int(900_000, 1).describe(
      'How long a plan waits for approval, and an approval allows signing.',
    ),
    ANSWER_TTL_MS: int(0).describe(
      'How long a run that may ask (`ask`) waits for the answer to what planning lacks; 0: as long as for an approval.',
    ),
    CALL_TIMEOUT_MS: int(30_000, 100).describe('Time-out of one call of a service.'),
    PLANNING_TIMEOUT_MS: int(120_000).describe(
      'How long planning waits for service catalogues and models that are away, within maxTime.',
    ),
    SELLER_TIMEOUT_MS: int(120_000).describe(
      'How long a step waits for a service that is away before it fails, within maxTime.',
    ),
    LOCAL_CALL_MS: int(250).describe(
      'Unpaid calls of services that usually answer within this many ms run inside the workflow task: cheaper, less visible; 0 turns it off.',
    ),
    RECONCILE_INTERVAL_MS: int(2000, 10).describe('Between two looks at a payment whose outcome is unknown.'),
    RECONCILE_GIVE_UP_MS: int(600_000, 10).describe(
      'After this an unknown payment needs a person; its hold stays.',
    ),
    RECONCILE_BOOKS_EVERY_MS: int(300_000).describe(
      'Between two checks of chains against ledger against runs (a Temporal Schedule); 0 takes the schedule away.',
    ),
    EARLY_APPROVAL_WAIT_MS: int(10_000, 1).describe(
      'How long an approval sent while planning waits for the plan before it answers 202.',
    ),
  },
};
