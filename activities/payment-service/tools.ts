import type { Checkpoint } from '../../domain/crash-points.ts';
import type { JobPoint } from '../../domain/masumi/crash-points.ts';
import type { Journal } from '../../db/journal.ts';
import type { Database } from '../../db/database.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { Values } from '../../db/values.ts';
import type { MasumiNode } from '../../domain/masumi/ports/masumi-node.ts';

/** Tells a run's workflow what changed about its payment; a workflow that has ended is not told. */
export type TellWorkflow = (workflowId: string, signal: string, argument: object) => Promise<void>;

export interface MasumiDeps {
  db: Database;
  journal: Journal;
  sealer: Sealer;
  values: Values;
  /** Undefined when no payment service is configured. */
  node: MasumiNode | undefined;
  /** `escaped` agrees with purchasers that hash the JSON-escaped result (MASUMI_OUTPUT_HASH). */
  outputHash: 'mip' | 'escaped';
  tell: TellWorkflow;
  /** Logs what goes wrong with one job while others go on. */
  warn(message: string, error: unknown): void;
  /** Waits between looks; ms. */
  paymentGraceMs: number;
  /** How long a payment service must refuse everything before that counts; ms. */
  refusedMs?: number;
  checkpoint?: Checkpoint<JobPoint>;
}
