import type { Database } from '../../db/database.ts';
import type { Journal } from '../../db/journal.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { Values } from '../../db/values.ts';
import type { Checkpoint } from '../../domain/crash-points.ts';
import type { JobPoint } from '../../domain/masumi/crash-points.ts';
import type { Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import type { TellWorkflow } from '../payment-service/tools.ts';
import type { FetchFile } from './fetch-files.ts';

export interface KodosumiDeps {
  db: Database;
  journal: Journal;
  sealer: Sealer;
  values: Values;
  /** Undefined when no Kodosumi is configured. */
  kodosumi: Kodosumi | undefined;
  fetchFile: FetchFile;
  /** Between two looks at a run whose stream is broken, ms (POLLING_INTERVAL_SECONDS). */
  pollMs: number;
  /** How long Kodosumi may take to answer a launch; ms. */
  launchMs: number;
  /** How long a run is looked for after a launch whose answer was lost, before it is launched again; ms. */
  lookForMs: number;
  /** The largest result that a job can have, bytes. */
  largestResult?: number;
  checkpoint?: Checkpoint<JobPoint>;
}

/** What following needs besides. */
export interface FollowDeps extends KodosumiDeps {
  tell: TellWorkflow;
  /** Logs what goes wrong with one job while others go on. */
  warn(message: string, error: unknown): void;
  /** How many streams are open at once. */
  streams?: number;
  /** Between two looks for jobs that began or ended, ms. */
  syncMs?: number;
}
