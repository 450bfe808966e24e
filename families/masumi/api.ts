import { createGuards } from '../../activities/http/guards.ts';
import { kodosumiOf } from '../../activities/kodosumi/from-config.ts';
import { masumiNodeOf } from '../../activities/payment-service/from-config.ts';
import { masumiOptions } from '../../api/families/masumi/from-config.ts';
import { createMasumi } from '../../api/families/masumi/index.ts';
import type { FamilyModule } from '../../api/family.ts';
import type { MasumiSettings } from '../../schemas/families/masumi/settings.ts';
import type { ApiContext } from '../define.ts';

/** The family's routes, from the environment. */
export const createApi = ({ config, log }: ApiContext<MasumiSettings>): FamilyModule =>
  createMasumi(
    masumiOptions(config, {
      kodosumi: kodosumiOf(config),
      node: masumiNodeOf(config),
      mayFetch: createGuards(config).files.isFineAsWritten,
      log,
    }),
  );
