import { z } from 'zod';
import { flag, HOUR, int, list, MINUTE, ms, port } from '../../core/setting.ts';

/** Settings of the family, in the order .env.example shows them. */
export const MasumiSettings = z.object({
  KODOSUMI_BASE_URL: z
    .url()
    .optional()
    .describe('Kodosumi, whose flows are sold. Unset: the embedded stand-in.'),
  KODOSUMI_USERNAME: z.string().default('admin').describe('Account at Kodosumi.'),
  KODOSUMI_PASSWORD: z.string().optional().describe('Its password.'),
  PAYMENT_SERVICE_URL: z
    .url()
    .optional()
    .describe(
      'Masumi payment service (/api/v1 is added where it is missing). Alias with its key: MASUMI_NODE_URL. Unset: the embedded stand-in.',
    ),
  PAYMENT_API_KEY: z.string().optional().describe('API key of the payment service. Alias: MASUMI_API_KEY.'),
  MASUMI_NETWORK: z
    .preprocess(
      (value) =>
        typeof value === 'string' ? value.charAt(0).toUpperCase() + value.slice(1).toLowerCase() : value,
      z.enum(['Preprod', 'Mainnet']).default('Preprod'),
    )
    .describe('Cardano network of the payment service; NETWORK is its fallback.'),
  MASUMI_CONFIG: z
    .string()
    .default('masumi.yaml')
    .describe(
      'File with AGENT_IDENTIFIER_<flow key> and PRICE_<flow key> as in the environment; read again whenever it changes.',
    ),
  SELLER_VKEY: z
    .string()
    .optional()
    .describe('Key of the selling wallet, where the payment service does not name it.'),
  MASUMI_TEST_MODE: flag(false).describe(
    'Nobody pays: every job counts as paid at once, and says SIMULATED. For trials only.',
  ),
  MASUMI_PUBLIC: flag(false).describe(
    'Purchasers need no API key for /mip003 (payment is what protects it); everything else still does.',
  ),
  MASUMI_SIGNING_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, '32 bytes as 64 hex digits')
    .optional()
    .describe(
      'Ed25519 seed that signs answers to questions (provide_input); unset, signatures are empty. The embedded stack makes one in its data folder.',
    ),
  MASUMI_OUTPUT_HASH: z
    .enum(['mip', 'escaped'])
    .default('mip')
    .describe('mip: as MIP-004 says. escaped: for purchasers that hash the JSON-escaped result.'),
  POLLING_INTERVAL_SECONDS: int(30, 1, 3600).describe(
    'Between two looks at a Kodosumi run while its stream is broken.',
  ),
  MASUMI_PAY_BY_MS: ms(12 * HOUR, 1, 'How long a purchaser may take to pay.'),
  MASUMI_SUBMIT_RESULT_MS: ms(24 * HOUR, 1, 'From the order to the last moment for the hash of the result.'),
  MASUMI_UNLOCK_AFTER_MS: ms(
    6 * HOUR,
    1,
    'From that moment to the one at which the money is unlocked for us.',
  ),
  MASUMI_DISPUTE_AFTER_MS: ms(12 * HOUR, 1, 'From the last moment for the hash to the end of disputes.'),
  MASUMI_RESULT_MARGIN_MS: ms(
    15 * MINUTE,
    5 * MINUTE,
    'A result must be there this long before the last moment for its hash; at least 5 minutes.',
  ),
  MASUMI_WORK_MS: ms(30 * MINUTE, 0, 'With less time than this for the work a paid job is not begun.'),
  MASUMI_INPUT_MARGIN_MS: ms(10 * MINUTE, 0, 'Answers must come this long before the result must be there.'),
  MASUMI_PAYMENT_GRACE_MS: ms(
    6 * MINUTE,
    0,
    'How long after its time a payment may still show on the chain.',
  ),
  MASUMI_WATCH_EVERY_MS: ms(10_000, 100, 'Between two looks at the payment service, for all jobs at once.'),
  MASUMI_FILE_MAX_BYTES: int(50 * 1024 * 1024, 1).describe(
    'Largest file that a purchaser may have us fetch.',
  ),
  FILE_HOSTS: list.describe(
    'host[:port] of files, named by purchasers of agents, that may be fetched over http or on private addresses. Whoever orders a job can read what answers there. Without a port every port is open.',
  ),
  MASUMI_PORT: port(3001).describe('Embedded stand-in for a Masumi payment service.'),
  KODOSUMI_PORT: port(3370).describe('Embedded stand-in for Kodosumi.'),
});
export type MasumiSettings = z.infer<typeof MasumiSettings> & {
  /** AGENT_IDENTIFIER_<flow key> and PRICE_<flow key>, as they are in the environment. */
  FLOW_SETTINGS: Readonly<Record<string, string>>;
};
