import { z } from 'zod';
import { port } from '../../schemas/core/setting.ts';

export const embedded = {
  title: 'The local stack',
  shape: {
    DATA_DIR: z
      .string()
      .default('data')
      .describe('Folder of the embedded stack: databases, chain state, generated keys.'),
    TEMPORAL_PORT: port(7233).describe('Embedded Temporal server.'),
    TEMPORAL_UI_PORT: port(8233).describe('Embedded Temporal Web UI.'),
    POSTGRES_PORT: port(54329).describe('Embedded PostgreSQL.'),
    ANVIL_PORT: port(8545).describe('Embedded EVM chain.'),
    SURFPOOL_PORT: port(8899).describe('Embedded Solana chain (WebSocket on the next port).'),
    FACILITATOR_PORT: port(4402).describe('Embedded x402 facilitator.'),
    SERVICES_PORT: port(8005).describe('Embedded sample services.'),
  },
};
