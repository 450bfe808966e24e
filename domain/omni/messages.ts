import { amount, fields, listOf, someFields, text, whole, type Guard } from '../messages/read.ts';
import type { AgentInput, ChatInput } from './ports.ts';

/** Signals of this family. An agent hears `enter`, `leave`, pause, resume and day; a chat hears that it has a place. */
export const OMNI_SIGNALS = {
  enter: 'enterAgent',
  leave: 'leaveAgent',
  pause: 'pauseAgent',
  resume: 'resumeAgent',
  newDay: 'newDay',
  placeGiven: 'placeGiven',
} as const;

/** The workflow of an agent. `base` is the name of the task queues. */
export const agentWorkflowId = (base: string, tenant: string, agentId: string): string =>
  `${base}-omni-agent:${tenant}:${agentId}`;

/** The signals `enterAgent` and `leaveAgent`. */
export const readChatRef: Guard<{ runId: string }> = fields({ runId: text(250, 1) }, {});

/** The signals `pauseAgent` and `resumeAgent`, which may be sent by hand without an argument. */
export const readPause: Guard<{ reason?: string }> = fields({}, { reason: text(1000) });

/** The signals `newDay` and `placeGiven`: nothing is in them. */
export const readNothing: Guard<Record<string, never>> = fields({}, {});

/** What of a chat's start its workflow counts with. */
export const readChatStart: Guard<Pick<ChatInput, 'runId'>> = someFields(
  {
    runId: text(250, 1),
    tenant: text(1000, 1),
    settings: someFields(
      {
        agentId: text(64, 1),
        maxTimeMs: amount,
        callTimeoutMs: amount,
        queueWaitMs: amount,
        places: whole(1, 1000),
        reconcileIntervalMs: amount,
        reconcileGiveUpMs: amount,
      },
      {},
    ),
  },
  {},
);

/** What an agent's workflow is started with. */
export const readAgentStart: Guard<AgentInput> = fields(
  { tenant: text(1000, 1), agentId: text(64, 1), places: whole(1, 1000) },
  { working: listOf(text(250, 1), 10_000), waiting: listOf(text(250, 1), 10_000) },
);

/** What the watch is started with, ms. */
export const readOmniWatch: Guard<{ everyMs: number; healthEveryMs: number; rounds: number }> = fields(
  { everyMs: amount, healthEveryMs: amount, rounds: whole(1, 10_000) },
  {},
);
