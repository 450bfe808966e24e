import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
  type ActivityInterfaceFor,
  type LocalActivityInterfaceFor,
} from '@temporalio/workflow';
import type { CallingActivities } from '../../domain/ports/calling.ts';
import type { EscrowActivities } from '../../domain/ports/escrow.ts';
import type { JournalActivities } from '../../domain/ports/journal.ts';
import type { LedgerActivities } from '../../domain/ports/ledger.ts';
import type { PaymentActivities } from '../../domain/ports/payments.ts';
import type { PlanningActivities } from '../../domain/ports/planning.ts';
import type { QuestionActivities } from '../../domain/ports/questions.ts';
import { taskQueues } from '../../domain/queues.ts';

/** Milliseconds and idempotent: half of Temporal's cost, a crash re-runs them (architecture decision 14). */
type LocalWork = JournalActivities &
  LedgerActivities &
  QuestionActivities &
  Pick<PlanningActivities, 'planFast' | 'planAgain' | 'adoptSteps' | 'revisePlan'> &
  Pick<CallingActivities, 'computeStep'>;
type LocalCalls = Pick<CallingActivities, 'callService'>;
type RemoteWork = Pick<CallingActivities, 'callService' | 'compensateStep' | 'pollService'>;

export interface Proxies {
  local: LocalActivityInterfaceFor<LocalWork>;
  /** For services that answer within milliseconds: half of Temporal's cost; a crash repeats the call under the same key. */
  localCalls: LocalActivityInterfaceFor<LocalCalls>;
  remote: ActivityInterfaceFor<RemoteWork>;
  money: ActivityInterfaceFor<PaymentActivities & EscrowActivities>;
  llm: ActivityInterfaceFor<Pick<PlanningActivities, 'planWithModel'>>;
}

const retry = { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 };
const HEARTBEAT = '6s'; // workers beat every two seconds, so a killed worker's work moves on quickly
const GRACE_MS = 15_000; // beyond a call's own time-out: writing the outcome down

/** Activities, each on the queue for its kind of work. */
export function createProxies(callTimeoutMs: number): Proxies {
  const queues = taskQueues(workflowInfo().taskQueue);
  const startToCloseTimeout = callTimeoutMs + GRACE_MS;
  return {
    local: proxyLocalActivities<LocalWork>({
      startToCloseTimeout: '30s',
      localRetryThreshold: '5s',
      retry: { ...retry, initialInterval: 50, maximumInterval: 2000 },
    }),
    localCalls: proxyLocalActivities<LocalCalls>({
      startToCloseTimeout,
      localRetryThreshold: '5s',
      retry: { ...retry, initialInterval: 50, maximumInterval: 2000 },
    }),
    remote: proxyActivities<RemoteWork>({
      taskQueue: queues.engine,
      startToCloseTimeout,
      heartbeatTimeout: HEARTBEAT,
      retry,
    }),
    money: proxyActivities<PaymentActivities & EscrowActivities>({
      taskQueue: queues.money,
      startToCloseTimeout,
      heartbeatTimeout: HEARTBEAT,
      retry,
    }),
    llm: proxyActivities<Pick<PlanningActivities, 'planWithModel'>>({
      taskQueue: queues.llm,
      startToCloseTimeout: '2m',
      heartbeatTimeout: HEARTBEAT,
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      retry: { ...retry, initialInterval: 1000 }, // for as long as planning may take: planning.ts
    }),
  };
}
