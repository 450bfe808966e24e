import { isIPv4 } from 'node:net';
import { api } from './parts/api.ts';
import { chains } from './parts/chains.ts';
import { database } from './parts/database.ts';
import { embedded } from './parts/embedded.ts';
import { planning } from './parts/planning.ts';
import { runs } from './parts/runs.ts';
import { temporal } from './parts/temporal.ts';
import { worker, type Vocabulary } from './parts/worker.ts';
import type { SettingsOf, SettingsPart } from './settings.ts';

/** What the engine reads of the environment. A family's settings come with its manifest. */
export type Config = SettingsOf<typeof api> &
  SettingsOf<typeof database> &
  SettingsOf<typeof temporal> &
  SettingsOf<ReturnType<typeof worker>> &
  SettingsOf<typeof planning> &
  SettingsOf<typeof chains> &
  SettingsOf<typeof runs> &
  SettingsOf<typeof embedded>;

/** The engine's settings, in the order `.env.example` shows them; families come between the last two. */
export const engineSettings = (vocabulary: Vocabulary): { first: SettingsPart[]; last: SettingsPart[] } => ({
  first: [api, database, temporal, worker(vocabulary), planning, chains, runs],
  last: [embedded],
});

/** Refuses what no single setting shows. */
export function checkConfig(config: Config, nodeEnv: string | undefined): void {
  if (config.CRASH_AT !== undefined && nodeEnv === 'production')
    throw new Error('CRASH_AT makes a worker kill itself for tests; it is refused with NODE_ENV=production.');
  if (config.STOP_AT !== undefined && nodeEnv === 'production')
    throw new Error('STOP_AT makes a process stop itself for tests; it is refused with NODE_ENV=production.');
  for (const name of ['DATABASE_URL', 'MIGRATION_DATABASE_URL'] as const)
    if (config[name] !== undefined && !/^postgres(ql)?(\+\w+)?:\/\//.test(config[name]))
      throw new Error(
        `${name} must be a PostgreSQL URL. For a trial without a server leave it unset: npm start brings its own PostgreSQL.`,
      );
}

/** True where nothing outside this machine can connect. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
