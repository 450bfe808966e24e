import { proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { ActivityInterfaceFor, LocalActivityInterfaceFor } from '@temporalio/workflow';
import type {
  AgentActivities,
  ChatActivities,
  PlaceActivities,
  WatchActivities,
} from '../../../domain/omni/ports.ts';
import { taskQueues } from '../../../domain/queues.ts';

const retry = { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 };
const HEARTBEAT = '6s';

type Local = Pick<ChatActivities, 'summariseCall' | 'noteResult' | 'composeAnswer'> &
  Pick<AgentActivities, 'openChats' | 'givePlace' | 'describeAgent' | 'beginDay' | 'pauseAgent'> &
  PlaceActivities;

/** Milliseconds, and safe to repeat. */
export const local = (): LocalActivityInterfaceFor<Local> =>
  proxyLocalActivities<Local>({ startToCloseTimeout: '30s', retry });

/** What holds money, and asks the chain about it. */
export const money = (): ActivityInterfaceFor<Pick<ChatActivities, 'decideCall'>> =>
  proxyActivities<Pick<ChatActivities, 'decideCall'>>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '60s',
    heartbeatTimeout: HEARTBEAT,
    retry,
  });

/** Models take their time. */
export const thinking = (): ActivityInterfaceFor<Pick<ChatActivities, 'nextTurn'>> =>
  proxyActivities<Pick<ChatActivities, 'nextTurn'>>({
    taskQueue: taskQueues(workflowInfo().taskQueue).llm,
    startToCloseTimeout: '5m',
    heartbeatTimeout: HEARTBEAT,
    retry,
  });

/** Calls of providers. */
export const calling = (): ActivityInterfaceFor<Pick<ChatActivities, 'callProvider'>> =>
  proxyActivities<Pick<ChatActivities, 'callProvider'>>({
    taskQueue: taskQueues(workflowInfo().taskQueue).engine,
    startToCloseTimeout: '60s',
    heartbeatTimeout: HEARTBEAT,
    retry,
  });

/** What the watch does. */
export const watching = (): ActivityInterfaceFor<WatchActivities> =>
  proxyActivities<WatchActivities>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '60s',
    heartbeatTimeout: HEARTBEAT,
    retry: { initialInterval: 1000, maximumInterval: 30_000 },
  });
