import { z } from 'zod';
import { flag, int, list, MINUTE, ms, port } from '../../schemas/core/setting.ts';

export const api = {
  title: 'API and keys',
  shape: {
    PORT: port(8000).describe('Port of the API.'),
    HOST: z
      .string()
      .default('127.0.0.1')
      .describe('Address the API binds to. Anything but loopback needs AUTH=on.'),
    AUTH: z
      .enum(['on', 'off'])
      .optional()
      .describe('API keys required? Default: off on loopback, on elsewhere (off is refused there).'),
    STEWARD_ADMIN_KEY: z
      .string()
      .min(16)
      .optional()
      .describe('First admin key, sk_<prefix>_<secret>; create others with it under /admin/keys.'),
    STEWARD_DATA_KEY: z
      .string()
      .min(16)
      .optional()
      .describe(
        'Encrypts prompts, signed bytes and large values at rest; the key that signs run receipts is made from it, too. The embedded stack makes one in its data folder.',
      ),
    RATE_LIMIT_PER_MINUTE: int(100).describe(
      'Requests a minute per key, else user, else address; 0 turns the limit off.',
    ),
    IDEMPOTENCY_CLAIM_MS: ms(
      MINUTE,
      100,
      'How long a request holds its Idempotency-Key. If it is not answered by then, a repetition takes over.',
    ),
    IDEMPOTENCY_WAIT_MS: ms(10_000, 0, 'How long a repetition waits for the answer of the first request.'),
    START_ORPHAN_MS: ms(5000, 100, 'How long a run may wait for its start before a sweep starts it.'),
    START_CLAIM_MS: ms(
      MINUTE,
      100,
      'How long a run whose start has an unknown outcome waits for its request to be repeated before it is called off.',
    ),
    CORS_ORIGINS: list.describe(
      'Comma-separated origins whose pages may call this API from a browser, or *. With AUTH=off, * lets them read only. Alias: CORS_ORIGIN.',
    ),
    TRUST_PROXY: int(0, 0, 10).describe(
      'How many proxies in front of the API are believed about the client address.',
    ),
    MAX_CONNECTIONS_PER_CLIENT: int(256, 1).describe(
      'Connections without a valid key that one address may hold. Behind proxies (TRUST_PROXY): its requests under way.',
    ),
    MAX_GUEST_CONNECTIONS: int(4096, 1).describe(
      'The same for all addresses together, for each API process.',
    ),
    MAX_STREAMS_PER_KEY: int(1000, 1).describe(
      'WebSockets and SSE streams that one key, or one address without a key, may have open at one API process.',
    ),
    MAX_CONNECTIONS: int(20_000, 1).describe(
      'All connections of one API process. Further ones are closed at once. Keep it below the limit of open files.',
    ),
    VALIDATE_RESPONSES: flag(false).describe(
      'Check every answer against its schema: for development and tests.',
    ),
    AUDIT_ANCHOR_EVERY_MS: int(600_000).describe(
      'How often the head of each audit chain that grew is signed, into the database and the log; 0 makes no anchors.',
    ),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
      .default('info')
      .describe('Log level.'),
  },
  aliases: [{ alias: 'CORS_ORIGIN', name: 'CORS_ORIGINS' }],
};
