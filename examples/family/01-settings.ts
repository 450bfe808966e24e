import { z } from 'zod';
import type { FamilySettings } from '../../families/define.ts';
import { ms } from '../../schemas/core/setting.ts';

/**
 * 1. What an operator may set. The manifest hands this to Steward, which reads it from the environment and refuses to start
 * with a bad value. In a family that stays, `npm run env-example` writes it into .env.example, too.
 */
const EchoSettings = z.object({
  ECHO_SERVICE: z.string().default('text-summary').describe('Id of the paid service that echoes.'),
  ECHO_ASK_FOR_MS: ms(3_600_000, 1, 'How long a person may take to say how loud an echo shall be.'),
});
export type EchoSettings = z.infer<typeof EchoSettings>;

export const settings: FamilySettings<EchoSettings> = { title: 'Echoes', shape: EchoSettings.shape };
