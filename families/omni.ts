import { PROBLEMS } from '../api/families/omni/problems.ts';
import { omniAssets } from '../domain/omni/assets.ts';
import { CHAT_POINTS } from '../domain/omni/crash-points.ts';
import { OMNI_EVENTS } from '../domain/omni/events.ts';
import { OMNI_SIGNALS } from '../domain/omni/messages.ts';
import type { OmniSettings } from '../schemas/families/omni/settings.ts';
import { defineFamily } from './define.ts';
import { standInPorts } from './omni/provider-table.ts';
import { settings } from './omni/settings.ts';

const WATCH_ROUNDS = 200;

/** Agents with budgets, a policy, and payments per task on a chain. */
export const omni = defineFamily<OmniSettings>({
  name: 'omni',
  settings,
  events: Object.values(OMNI_EVENTS),
  problems: PROBLEMS,
  messages: { signals: Object.values(OMNI_SIGNALS), queries: ['agentState'] },
  crashPoints: CHAT_POINTS,
  assets: omniAssets,
  migrations: () => import('../migrations/omni/index.ts'),
  api: () => import('./omni/api.ts'),
  worker: () => import('../workers/families/omni.ts'),
  workflows: ['omniChat', 'omniAgent', 'omniWatch', 'omniDay'],
  singletons: ({ OMNI_WATCH_EVERY_MS: everyMs, OMNI_HEALTH_EVERY_MS: healthEveryMs }) => [
    {
      type: 'omniWatch',
      id: 'omni-watch',
      args: [{ everyMs, healthEveryMs, rounds: WATCH_ROUNDS }],
      summary: 'Looks at the treasury on its chain and at the services of agents',
    },
  ],
  schedules: () => [
    {
      id: 'omni-day',
      type: 'omniDay',
      calendar: { hour: 0, minute: 0, second: 0 },
      summary: 'Tells agents of the new day',
    },
  ],
  standIns: () => import('./omni/stand-ins.ts'),
  standInPorts,
  addresses: (config) => ({
    'Image generator': config.IMAGE_GEN_URL,
    'Price oracle': config.PRICE_ORACLE_URL,
    'Batch computer': config.BATCH_COMPUTE_URL,
    'Log archive': config.LOG_ARCHIVE_URL,
  }),
  health: { checks: ['providers', 'treasury'] },
});
