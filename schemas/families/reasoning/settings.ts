import { z } from 'zod';
import { int } from '../../core/setting.ts';

/** Settings of the family, in the order .env.example shows them. */
export const ReasoningSettings = z.object({
  MAX_WORKFLOW_COST: z
    .string()
    .optional()
    .describe("Ceiling for any run's cost, in whole units of its asset."),
  MAX_EXECUTION_TIME: int(3_600_000, 1).describe('Ceiling for maxTime, ms.'),
  DEPOSIT_WAIT_MS: int(30_000, 1).describe(
    'How long deposit and withdraw wait for finality before they answer 202.',
  ),
});
export type ReasoningSettings = z.infer<typeof ReasoningSettings>;
