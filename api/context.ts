import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import type { Journal } from '../db/journal.ts';
import type { Sealer } from '../db/sealing.ts';
import type { AssetBook } from '../domain/assets.ts';
import type { Checkpoint } from '../domain/crash-points.ts';
import type { Principal } from '../schemas/core/principal.ts';
import type { JsonObject } from '../schemas/core/json.ts';
import type { FamilyModule } from './family.ts';
import type { Claim } from './middleware/idempotency.ts';
import type { ApiSettings } from './settings.ts';

/** What an API process is made of; composed in a `main`, faked nowhere. */
export interface ApiDeps {
  db: Database;
  journal: Journal;
  sealer: Sealer;
  temporal: Client;
  settings: ApiSettings;
  log: Logger;
  families: readonly FamilyModule[];
  /** What is paid in here. */
  assets: AssetBook;
  /** Points at which tests stop the process. */
  checkpoint?: Checkpoint;
}

/** One request, as handlers see it. */
export interface Ctx {
  deps: ApiDeps;
  principal: Principal;
  requestId: string;
  log: Logger;
  method: string;
  /** Path and query as asked, without tickets. */
  path: string;
  ip: string;
  header(name: string): string | undefined;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
  /** Present when the request carries an Idempotency-Key; hand it to `startRun`. */
  claim: Claim | undefined;
  /** Appends to the tenant's audit chain. */
  audit(action: string, object: string, data?: JsonObject): Promise<void>;
}
