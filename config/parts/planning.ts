import { z } from 'zod';
import { list } from '../../schemas/core/setting.ts';

export const planning = {
  title: 'Planning and services',
  shape: {
    LLM_PROVIDER: z
      .enum(['anthropic', 'offline'])
      .optional()
      .describe('Planner: anthropic with a key, else the offline rules.'),
    ANTHROPIC_API_KEY: z.string().optional().describe('Key for planning with Claude.'),
    ANTHROPIC_BASE_URL: z.string().optional().describe('Another endpoint that speaks the Messages API.'),
    PLANNER_MODEL: z.string().optional().describe('Model that plans. Alias: LLM_MODEL.'),
    REGISTRY_URL: z.string().optional().describe('Service registry, read at GET {REGISTRY_URL}/services.'),
    FACILITATOR_URL: z.string().optional().describe('x402 facilitator with Bazaar discovery.'),
    SERVICE_HOSTS: list.describe(
      'host[:port] of services that may be called over http or on private addresses; all others need https and public addresses.',
    ),
  },
  aliases: [{ alias: 'LLM_MODEL', name: 'PLANNER_MODEL' }],
};
