import type { Hardware } from '../harness/hardware.ts';
import type { DeliveryResult, SocketsResult } from '../sections/delivery.ts';
import type { LedgerResult } from '../sections/ledger.ts';
import type { PaidResult } from '../sections/paid.ts';
import type { PlanningResult } from '../sections/planning.ts';
import type { PolicyResult } from '../sections/policy.ts';
import type { ProfileResult } from '../sections/profile.ts';
import type { ReadsResult } from '../sections/reads.ts';
import type { ResourceReport } from '../sections/resources.ts';
import type { RunsResult } from '../sections/runs.ts';
import type { WaitingJobsResult } from '../sections/waiting-jobs.ts';
import type { Verdict } from './verdict.ts';

/** Everything one run of the bench found; sections that were not asked for are absent. */
export interface Results {
  startedAt: string;
  quick: boolean;
  elapsedSeconds: number;
  /** The one-minute load average when the measuring began, and cores that others used just before. */
  loadAverageBefore: number;
  foreignCoresBefore: number;
  hardware: Hardware;
  firstStartMs: number;
  secondStartMs: number;
  idleResources: ResourceReport;
  busyResources: ResourceReport;
  runs?: RunsResult;
  profile?: ProfileResult;
  paid?: PaidResult;
  ledger?: LedgerResult;
  delivery?: DeliveryResult;
  sockets?: SocketsResult;
  reads?: ReadsResult;
  planning?: PlanningResult;
  policy?: PolicyResult;
  jobs?: WaitingJobsResult;
  verdicts: Verdict[];
}
