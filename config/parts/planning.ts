import { z } from 'zod';
import { list } from '../../schemas/core/setting.ts';

/** The name may have colons. */
const PRICES =
  /^[^\s,]+:\d{1,9}(\.\d{1,6})?:\d{1,9}(\.\d{1,6})?(\s*,\s*[^\s,]+:\d{1,9}(\.\d{1,6})?:\d{1,9}(\.\d{1,6})?)*$/;

export const planning = {
  title: 'Planning and services',
  shape: {
    LLM_PROVIDER: z
      .enum(['anthropic', 'openai', 'bedrock', 'offline'])
      .optional()
      .describe(
        'Who answers for models. Unset: who has a key, anthropic before openai, else the offline rules.',
      ),
    LLM_MODEL: z
      .string()
      .optional()
      .describe('Name of the model. Unset: one of the provider, see MODELS.md.'),
    PLANNER_MODEL: z.string().optional().describe('Model that plans. Unset: LLM_MODEL.'),
    ANTHROPIC_API_KEY: z.string().optional().describe('Key for Claude.'),
    ANTHROPIC_BASE_URL: z.string().optional().describe('Another endpoint that speaks the Messages API.'),
    OPENAI_API_KEY: z.string().optional().describe('Key for OpenAI, or for the server at OPENAI_BASE_URL.'),
    OPENAI_BASE_URL: z
      .string()
      .optional()
      .describe(
        'Another server that speaks chat completions, e.g. http://127.0.0.1:11434/v1. It may need no key.',
      ),
    AWS_REGION: z.string().optional().describe('Region of Amazon Bedrock.'),
    AWS_ACCESS_KEY_ID: z
      .string()
      .optional()
      .describe(
        'Credentials for Bedrock. Unset: where AWS looks, e.g. the profile or the role of the machine.',
      ),
    AWS_SECRET_ACCESS_KEY: z.string().optional().describe('Belongs to AWS_ACCESS_KEY_ID.'),
    AWS_SESSION_TOKEN: z.string().optional().describe('Of temporary credentials.'),
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: z
      .string()
      .optional()
      .describe('Another endpoint that speaks Converse.'),
    MODEL_PRICES: z
      .string()
      .regex(PRICES, 'must be MODEL:input:output, ..., prices in USD a million tokens, e.g. gpt-5.5:1.25:10')
      .optional()
      .describe('What models cost, MODEL:input:output, comma-separated; USD a million tokens.'),
    REGISTRY_URL: z.string().optional().describe('Service registry, read at GET {REGISTRY_URL}/services.'),
    FACILITATOR_URL: z.string().optional().describe('x402 facilitator with Bazaar discovery.'),
    SERVICE_HOSTS: list.describe(
      'host[:port] of services that may be called over http or on private addresses; all others need https and public addresses.',
    ),
  },
};
