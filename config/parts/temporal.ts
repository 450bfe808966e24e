import { z } from 'zod';
import { flag } from '../../schemas/core/setting.ts';

export const temporal = {
  title: 'Temporal',
  shape: {
    TEMPORAL_ADDRESS: z
      .string()
      .optional()
      .describe('Temporal server host:port. Unset: the embedded dev server.'),
    TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace.'),
    TEMPORAL_API_KEY: z.string().optional().describe('API key of Temporal Cloud.'),
    TEMPORAL_TLS: flag(false).describe('TLS to Temporal; on by itself when TEMPORAL_API_KEY is set.'),
    TEMPORAL_UI_URL: z.string().optional().describe('Where people find the Temporal Web UI; used in links.'),
    TASK_QUEUE: z
      .string()
      .default('steward')
      .describe('Base name of the task queues; workers and API must agree.'),
  },
};
