import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import type { Journal } from '../db/journal.ts';
import type { Sealer } from '../db/sealing.ts';
import type { AssetBook } from '../domain/assets.ts';
import type { Checkpoint } from '../domain/crash-points.ts';
import type { RunRow } from '../db/repositories/runs.ts';
import type { CatalogueEntry, InputBody, RerunBody } from '../schemas/core/api.ts';
import type { JsonObject } from '../schemas/core/json.ts';
import type { Principal } from '../schemas/core/principal.ts';
import type { Claim } from './middleware/claim.ts';
import type { StartableRun, StartRequest, WorkflowStart } from './runs/start-request.ts';
import type { ApiSettings } from './settings.ts';

/** What requests work with; composed in a `main`, faked nowhere. */
export interface ApiDeps {
  db: Database;
  journal: Journal;
  sealer: Sealer;
  temporal: Client;
  settings: ApiSettings;
  log: Logger;
  /** What is paid in here. */
  assets: AssetBook;
  /** Whose runs there are. Their routes, streams and health are handed to those who mount them (`ServedApi`). */
  families: readonly RunFamily[];
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

/** What commands on a run need of the request. */
export type CommandCtx = Pick<Ctx, 'deps' | 'principal' | 'claim'>;

/** What a run's family does with it, as the engine's own routes ask for it. */
export interface RunFamily {
  name: string;
  /** Kinds of work besides the engine's. */
  queues?: readonly string[];
  /** Everybody of the tenant sees its runs. Without this only a run's own subject and admins do. */
  sharedRuns?: true;
  /** What it adds to `GET /flows` and `GET /agents`: what the caller's tenant may run, and who does the work. */
  flows?(ctx: Ctx): Promise<CatalogueEntry[]>;
  agents?(ctx: Ctx): Promise<CatalogueEntry[]>;
  /** How a run of this family is started, from its row alone: sweepers start what a crash left behind. */
  restart?(row: StartableRun): WorkflowStart | undefined;
  /** Another run of an ended one: its row and its start. Throws refusals. */
  rerun?(ctx: Ctx, run: RunRow, wanted: NonNullable<RerunBody>): Promise<StartRequest>;
  /** Answers a question whose form the engine cannot check. Families that ask in the engine's forms need none. Throws refusals. */
  giveInput?(ctx: CommandCtx, run: RunRow, input: InputBody): Promise<void>;
}
