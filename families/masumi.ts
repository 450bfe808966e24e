import { PROBLEMS } from '../api/families/masumi/problems.ts';
import { JOB_POINTS } from '../domain/masumi/crash-points.ts';
import { JOB_EVENTS } from '../domain/masumi/events.ts';
import { JOB_SIGNALS } from '../domain/masumi/messages.ts';
import { FOLLOWING_QUEUE, KODOSUMI_QUEUE } from '../domain/masumi/queues.ts';
import type { MasumiSettings } from '../schemas/families/masumi/settings.ts';
import { defineFamily } from './define.ts';
import { settings } from './masumi/settings.ts';

const WATCH_ROUNDS = 200;

/** Agents sold over MIP-003: paid in advance through a Masumi payment service, done by Kodosumi flows. */
export const masumi = defineFamily<MasumiSettings>({
  name: 'masumi',
  settings,
  events: Object.values(JOB_EVENTS),
  problems: PROBLEMS,
  queues: [{ name: KODOSUMI_QUEUE }, { name: FOLLOWING_QUEUE, standing: 1, stopsAtOnce: true }],
  messages: { signals: Object.values(JOB_SIGNALS) },
  crashPoints: JOB_POINTS,
  migrations: () => import('../migrations/masumi/index.ts'),
  api: () => import('./masumi/api.ts'),
  worker: () => import('../workers/families/masumi.ts'),
  workflows: ['masumi', 'masumiWatch', 'masumiFollow'],
  /** Where there is a payment service, or a Kodosumi, somebody looks at it for all jobs at once. */
  singletons: ({ PAYMENT_SERVICE_URL, KODOSUMI_BASE_URL, MASUMI_WATCH_EVERY_MS: everyMs }) => [
    ...(PAYMENT_SERVICE_URL === undefined
      ? []
      : [
          {
            type: 'masumiWatch',
            id: 'masumi-watch',
            args: [{ everyMs, rounds: WATCH_ROUNDS }],
            summary: 'Looks at the Masumi payment service for all jobs that wait there',
          },
        ]),
    ...(KODOSUMI_BASE_URL === undefined
      ? []
      : [
          {
            type: 'masumiFollow',
            id: 'masumi-follow',
            args: [],
            summary: 'Follows the runs of all jobs at Kodosumi',
          },
        ]),
  ],
  standIns: () => import('./masumi/stand-ins.ts'),
  standInPorts: (config) => [
    ...(config.KODOSUMI_BASE_URL === undefined
      ? [{ name: 'Kodosumi stand-in', port: config.KODOSUMI_PORT, setting: 'KODOSUMI_PORT' }]
      : []),
    ...(config.PAYMENT_SERVICE_URL === undefined
      ? [{ name: 'Masumi stand-in', port: config.MASUMI_PORT, setting: 'MASUMI_PORT' }]
      : []),
  ],
  addresses: ({ KODOSUMI_BASE_URL, PAYMENT_SERVICE_URL }) => ({
    Kodosumi: KODOSUMI_BASE_URL,
    'Masumi payments': PAYMENT_SERVICE_URL,
  }),
  health: {
    checks: ['kodosumi', 'payment_service'],
    fields: ['service', 'kodosumi_connection', 'payment_service', 'database'],
  },
});
