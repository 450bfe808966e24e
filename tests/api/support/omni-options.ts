import type { OmniOptions } from '../../../api/families/omni/options.ts';
import { DEFAULT_TENANT } from '../../../domain/tenants.ts';

/** Routes of agents with budgets, where nobody works and no file is read. */
export const omniTestOptions = (more: Partial<OmniOptions> = {}): OmniOptions => ({
  taskQueue: 'nobody-works-here',
  tenant: DEFAULT_TENANT,
  chat: {
    maxTimeMs: 60_000,
    callTimeoutMs: 5000,
    queueWaitMs: 5000,
    places: 4,
    reconcileIntervalMs: 100,
    reconcileGiveUpMs: 60_000,
  },
  chatWaitMs: 100,
  healthEveryMs: 30_000,
  readFiles: () => Promise.resolve({ ok: false, problems: [] }),
  ...more,
});
