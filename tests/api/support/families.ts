import { createKodosumi } from '../../../activities/kodosumi/client/kodosumi.ts';
import { createMasumi } from '../../../api/families/masumi/index.ts';
import { createOmni } from '../../../api/families/omni/index.ts';
import { createReasoning } from '../../../api/families/reasoning/index.ts';
import { masumi } from '../../../families/masumi.ts';
import { omni } from '../../../families/omni.ts';
import { reasoning } from '../../../families/reasoning.ts';
import { withNames } from '../../../processes/serve-families.ts';
import type { FamilyModule } from '../../../api/family.ts';
import { SHORT_JOB } from '../../masumi/support/times.ts';
import { omniTestOptions } from './omni-options.ts';
import { reasoningTestOptions } from './reasoning-app.ts';

/** All families, with a Kodosumi at this address and no payment service; agents are open to visitors or not. */
export const allFamilies = (kodosumiUrl: string, isPublic = true): FamilyModule[] => [
  withNames(reasoning, createReasoning(reasoningTestOptions())),
  withNames(
    masumi,
    createMasumi({
      taskQueue: 'nobody-works-here',
      kodosumi: createKodosumi({ url: kodosumiUrl, username: 'admin', password: 'p', silenceMs: 2000 }),
      node: undefined,
      settings: () => ({}),
      sellerVkey: null,
      mayFetch: () => false,
      signingKey: undefined,
      testMode: true,
      isPublic,
      startWaitMs: 500,
      job: SHORT_JOB,
    }),
  ),
  withNames(omni, createOmni(omniTestOptions())),
];
