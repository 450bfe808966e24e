import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Database } from '../db/database.ts';
import type { Metered } from '../activities/llm/metered.ts';
import type { ReserveDirect } from '../activities/payments/judged-hold.ts';
import type { Journal } from '../db/journal.ts';
import type { Sealer } from '../db/sealing.ts';
import type { Values } from '../db/values.ts';
import type { AssetBook } from '../domain/assets.ts';
import type { CatalogueService } from '../domain/plan/catalogue.ts';
import type { CompensateOutcome } from '../domain/ports/calling.ts';
import type { Checkpoint } from '../domain/crash-points.ts';

/** What the engine's payments do for a family's activities. */
export interface FamilyPayments {
  reserve: ReserveDirect;
  /** What the account that pays in this asset (CAIP-19) holds on its chain; undefined where there is none. Throws when no node answers. */
  chainBalance(assetId: string): Promise<bigint | undefined>;
  /** The address that pays direct payments in this asset. */
  payer(assetId: string): string | undefined;
}

/** What a worker process shares with a family's activities. `Own` are the family's settings. */
export interface WorkerContext<Own extends object = object> {
  config: Config & Own;
  log: Logger;
  db: Database;
  journal: Journal;
  sealer: Sealer;
  values: Values;
  assets: AssetBook;
  /** Every service that can be planned with. */
  catalogue(): Promise<readonly CatalogueService[]>;
  checkpoint?: Checkpoint<string>;
  /** The model that LLM_PROVIDER names, its use counted; undefined: work by rules. */
  model?: Metered | undefined;
  /** Payments that a family decides about while they are held. */
  payments: FamilyPayments;
  /** Signals a run's workflow; one that has ended is told nothing. */
  tell(workflowId: string, signal: string, argument: object): Promise<void>;
  /** Signals a workflow of the engine's queue, and starts it where none runs. */
  tellOrStart(
    workflow: { type: string; id: string; args: unknown[]; summary: string },
    signal: string,
    argument: object,
  ): Promise<void>;
}

/** A family's activities by name, and what ends them. */
export interface WorkerPart {
  activities: object;
  /** Undoes what a run of this family has begun outside plans, after its workflow is gone. Safe to repeat. */
  undoLost?(runId: string): Promise<{ key: string; outcome: CompensateOutcome }[]>;
  /** Called once when the worker is up, before it counts as ready; what it throws ends the start. */
  start?(): Promise<void>;
  close?(): Promise<void>;
}

/** A kind of work of a family, with a task queue of its own. */
export interface FamilyQueue {
  name: string;
  /** How many tasks share one place of a worker, where they mostly wait. */
  tasksPerPlace?: number;
  /** Tasks that go on all the time, once per installation: they have places of their own. */
  standing?: number;
  /** Its tasks never end by themselves, so a worker that is to stop does not wait for them. */
  stopsAtOnce?: true;
}
