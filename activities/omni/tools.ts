import type { Database } from '../../db/database.ts';
import type { Journal } from '../../db/journal.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { Values } from '../../db/values.ts';
import type { Checkpoint } from '../../domain/crash-points.ts';
import type { OmniMode } from '../../domain/omni/config.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import type { Metered } from '../llm/metered.ts';
import type { ReserveDirect } from '../payments/judged-hold.ts';

/** How chats pay. */
export interface Paying {
  mode: OmniMode;
  /** CAIP-19 of what is paid. */
  asset: string;
  reserve: ReserveDirect;
  /** What the treasury holds on its chain; undefined where there is none. Throws when no node answers. */
  chainBalance(): Promise<bigint | undefined>;
}

export interface OmniDeps {
  db: Database;
  journal: Journal;
  values: Values;
  sealer: Sealer;
  pay: Paying;
  /** Calls providers, whose addresses the operator's file names. */
  fetch: HttpFetch;
  /** Without one, words decide. */
  model?: Metered | undefined;
  /** Name of the task queues. */
  base: string;
  /** Whose agents and services they are. */
  tenant: string;
  checkpoint?: Checkpoint<string>;
  /** Signals a workflow; one that has ended is told nothing. */
  tell(workflowId: string, signal: string, argument: object): Promise<void>;
  /** Signals a workflow, and starts it where none runs. */
  tellOrStart(
    workflow: { type: string; id: string; args: unknown[]; summary: string },
    signal: string,
    argument: object,
  ): Promise<void>;
  warn(message: string, error: unknown): void;
}
