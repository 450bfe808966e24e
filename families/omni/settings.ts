import { OmniSettings } from '../../schemas/families/omni/settings.ts';
import type { FamilySettings } from '../define.ts';

/** The family's settings, and who reads them. */
export const settings: FamilySettings<OmniSettings> = {
  title: 'Agents with budgets',
  shape: OmniSettings.shape,
  readers: {
    OMNI_CHAT_WAIT_MS: 'API',
    OMNI_QUEUE_WAIT_MS: 'API',
    OMNI_MAX_TIME_MS: 'API',
    REGISTRY_OWNER_KEY: 'commands',
    IMAGE_GEN_PORT: 'npm start',
    PRICE_ORACLE_PORT: 'npm start',
    BATCH_COMPUTE_PORT: 'npm start',
    LOG_ARCHIVE_PORT: 'npm start',
    PRICE_SEED: 'npm start',
  },
};
