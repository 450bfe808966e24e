import { z } from 'zod';
import { int, ms } from '../../schemas/core/setting.ts';

export const database = {
  title: 'Database',
  shape: {
    DATABASE_URL: z
      .string()
      .optional()
      .describe('PostgreSQL. Unset: the embedded server. postgresql+asyncpg:// is accepted, SQLite is not.'),
    MIGRATION_DATABASE_URL: z
      .string()
      .optional()
      .describe(
        'The same database, as the role that owns the tables. Only npm run migrate and npm start use it. Where it is set, API and workers check the schema and never change it, and the role of DATABASE_URL cannot alter the audit trail. Unset: one role for everything.',
      ),
    DATABASE_LISTEN_URL: z
      .string()
      .optional()
      .describe('Direct connection for LISTEN where DATABASE_URL goes through a pooler.'),
    DATABASE_POOL: int(10, 1, 200).describe('Connections of one process.'),
    DATABASE_IDLE_IN_TRANSACTION_MS: ms(
      30_000,
      100,
      'How long a process may do nothing inside a transaction. Then PostgreSQL ends it, because its locks hold up others.',
    ),
  },
};
