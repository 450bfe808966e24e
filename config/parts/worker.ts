import { z } from 'zod';
import { int, list } from '../../schemas/core/setting.ts';

/** Names that the engine and the families together give to kinds of work and to points at which tests stop a process. */
export interface Vocabulary {
  queues: readonly string[];
  crashPoints: readonly string[];
  /** Crash points, and those of requests. */
  stopPoints: readonly string[];
}

/** Read like any other setting, but not shown in .env.example. */
const HIDDEN = { hidden: true };

export const worker = ({ queues, crashPoints, stopPoints }: Vocabulary) => ({
  title: 'Workers',
  shape: {
    WORKER_QUEUES: list.describe(`Which queues a worker serves: ${queues.join(',')}. Empty: all.`),
    WORKFLOW_BUNDLE: z
      .string()
      .optional()
      .describe('Workflows bundled beforehand (npm run build); unset, a worker bundles them when it starts.'),
    WORKER_DEPLOYMENT: z
      .string()
      .regex(
        /^(?!__)[^.:\s]{1,200}$/,
        'up to 200 characters without dots, colons and spaces, not beginning with __',
      )
      .optional()
      .describe(
        'Name of the Temporal Worker Deployment that npm run worker belongs to: each run stays on the version that began it, new ones start on the version that npm run promote made current. Unset: workers without versions. npm start never has them.',
      ),
    WORKER_BUILD_ID: z
      .string()
      .regex(/^(?!__)\S{1,200}$/, 'up to 200 characters without spaces, not beginning with __')
      .optional()
      .describe(
        'Version of the worker in WORKER_DEPLOYMENT, such as an image tag. Unset: release and hash of the workflow bundle, such as 0.1.0-1c0ffee5.',
      ),
    CRASH_AT: z
      .enum(crashPoints)
      .optional()
      .describe(
        'For crash tests: the point at which a worker kills itself. Refused with NODE_ENV=production.',
      )
      .meta(HIDDEN),
    STOP_AT: z
      .enum(stopPoints)
      .optional()
      .describe(
        'For tests of leases: the point at which a worker or an API process stops itself (SIGSTOP). Refused with NODE_ENV=production.',
      )
      .meta(HIDDEN),
    WORKER_DRAIN_MS: int(10_000, 0, 600_000).describe(
      'How long a worker that is to stop lets its activities go on; then it cancels them, and another worker does them. npm start and npm run dev wait 1000 where it is not set.',
    ),
    MAX_CONCURRENT_ACTIVITIES: int(100, 1, 5000).describe('Activities one worker runs at once per queue.'),
  },
});
