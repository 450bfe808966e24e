import { z } from 'zod';
import { int, ms, port } from '../../core/setting.ts';

const provider = (what: string) =>
  z.url().optional().describe(`Where ${what} is, instead of the url of services.yaml.`);

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, '0x and 40 hex digits');

/** Settings of the family, in the order .env.example shows them. */
export const OmniSettings = z.object({
  POLICY_CONFIG_PATH: z
    .string()
    .default('config/omni/agents.yaml')
    .describe('File of the agents and the treasury; a relative path begins at the package root.'),
  SERVICE_CONFIG_PATH: z
    .string()
    .default('config/omni/services.yaml')
    .describe('File of the services that agents pay for.'),
  OMNI_MODE: z
    .enum(['live', 'mock'])
    .optional()
    .describe(
      'mock counts payments and moves nothing. Unset: live where chain, router, token and key are configured, else mock.',
    ),
  MNEE_TOKEN_ADDRESS: address.optional().describe('MNEE on the EVM chain, with 18 decimals.'),
  SERVICE_REGISTRY_ADDRESS: address
    .optional()
    .describe('Registry that the payment router reads prices from.'),
  REGISTRY_OWNER_KEY: z
    .string()
    .regex(/^(0x)?[0-9a-fA-F]{64}$/, '64 hex digits')
    .optional()
    .describe('Key that writes the registry: for steward registry sync alone, and no server.'),
  IMAGE_GEN_URL: provider('IMAGE_GEN_PREMIUM'),
  PRICE_ORACLE_URL: provider('PRICE_ORACLE'),
  BATCH_COMPUTE_URL: provider('BATCH_COMPUTE'),
  LOG_ARCHIVE_URL: provider('LOG_ARCHIVE'),
  OMNI_CHAT_WAIT_MS: ms(120_000, 0, 'After this long POST /chat answers 202 and the chat goes on.'),
  OMNI_QUEUE_WAIT_MS: ms(30_000, 1, 'How long a chat waits for one of its agent’s places.'),
  OMNI_CHATS_PER_AGENT: int(4, 1, 100).describe('Chats of one agent at a time; others wait in its queue.'),
  OMNI_MAX_TIME_MS: ms(900_000, 1000, 'How long a chat may take in all.'),
  OMNI_WATCH_EVERY_MS: ms(10_000, 100, 'How often the treasury is looked at on its chain.'),
  OMNI_HEALTH_EVERY_MS: ms(30_000, 100, 'How often services are asked how they are.'),
  IMAGE_GEN_PORT: port(8001).describe('Local stack: port of the image generator.'),
  PRICE_ORACLE_PORT: port(8002).describe('Local stack: port of the price oracle.'),
  BATCH_COMPUTE_PORT: port(8003).describe('Local stack: port of the batch computer.'),
  LOG_ARCHIVE_PORT: port(8004).describe('Local stack: port of the log archive.'),
  PRICE_SEED: z
    .string()
    .default('steward')
    .describe('Local stack: the same seed gives the same walk of prices.'),
});
export type OmniSettings = z.infer<typeof OmniSettings>;
