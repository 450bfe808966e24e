import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/common';
import {
  OMNI_SIGNALS,
  readAgentStart,
  readChatRef,
  readNothing,
  readPause,
} from '../../../domain/omni/messages.ts';
import type { Guard } from '../../../domain/messages/read.ts';
import type { AgentInput } from '../../../domain/omni/ports.ts';
import { autoUpgrade } from '../../engine/auto-upgrade.ts';
import { readStart } from '../../engine/read-start.ts';
import { local } from './proxies.ts';

const LOOK_MS = 60_000; // after that places of chats that ended without a word are found
const LOOK_SOON_MS = 2000; // while somebody waits
const MOST_EVENTS = 4000;

const agentState = defineQuery<{ working: string[]; waiting: string[] }>('agentState');

/** What a signal asks of the agent besides its queue. */
type Errand = { kind: 'pause' | 'resume'; reason: string } | { kind: 'newDay' };

interface Agent {
  readonly input: AgentInput;
  readonly working: Set<string>;
  readonly waiting: Set<string>;
  readonly errands: Errand[];
  isDirty: boolean;
}

/**
 * An agent: its places, its queue, its pauses and its days. Handlers only write down what was asked; the loop does it. What counts
 * is in the database, so a lost agent costs its queue's order and nothing else.
 */
export async function omniAgent(input: AgentInput): Promise<void> {
  readStart(readAgentStart, input);
  const agent: Agent = {
    input,
    working: new Set(input.working),
    waiting: new Set(input.waiting),
    errands: [],
    isDirty: true,
  };
  hear(agent);
  for (;;) {
    await doErrands(agent);
    await givePlaces(agent);
    if (agent.isDirty) await describe(agent);
    if (mustContinue() && !isAsked(agent)) break;
    const lookMs = agent.waiting.size > 0 ? LOOK_SOON_MS : LOOK_MS;
    const mayWait = agent.working.size > 0 || agent.waiting.size > 0;
    const isDue = mayWait ? !(await condition(() => isAsked(agent), lookMs)) : await untilAsked(agent);
    if (isDue) await forgetEnded(agent);
  }
  const { tenant, agentId, places } = input;
  await continueAsNew<typeof omniAgent>({
    tenant,
    agentId,
    places,
    working: [...agent.working],
    waiting: [...agent.waiting],
  });
}

const mustContinue = (): boolean =>
  workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > MOST_EVENTS;

const isAsked = ({ errands, isDirty }: Agent): boolean => errands.length > 0 || isDirty;

async function untilAsked(agent: Agent): Promise<false> {
  await condition(() => isAsked(agent));
  return false;
}

function hear(agent: Agent): void {
  take(OMNI_SIGNALS.enter, readChatRef, ({ runId }) => {
    if (!agent.working.has(runId)) agent.waiting.add(runId);
    agent.isDirty = true;
  });
  take(OMNI_SIGNALS.leave, readChatRef, ({ runId }) => {
    agent.working.delete(runId);
    agent.waiting.delete(runId);
    agent.isDirty = true;
  });
  take(
    OMNI_SIGNALS.pause,
    readPause,
    ({ reason = 'by hand' }) => void agent.errands.push({ kind: 'pause', reason }),
  );
  take(
    OMNI_SIGNALS.resume,
    readPause,
    ({ reason = 'by hand' }) => void agent.errands.push({ kind: 'resume', reason }),
  );
  take(OMNI_SIGNALS.newDay, readNothing, () => void agent.errands.push({ kind: 'newDay' }));
  setHandler(agentState, () => ({ working: [...agent.working], waiting: [...agent.waiting] }));
}

/** Whoever signals may send anything by hand; what cannot be read changes nothing. */
function take<T>(name: string, guard: Guard<T>, heard: (message: T) => void): void {
  const signal: SignalDefinition<[unknown?]> = defineSignal<[unknown?]>(name);
  setHandler(signal, (message: unknown = {}) => {
    const read = guard(message);
    if (read.ok) heard(read.value);
  });
}

async function doErrands(agent: Agent): Promise<void> {
  const { tenant, agentId } = agent.input;
  for (let errand = agent.errands.shift(); errand !== undefined; errand = agent.errands.shift()) {
    agent.isDirty = true;
    if (errand.kind === 'newDay') await local().beginDay({ tenant, agentId });
    else {
      const { kind, reason } = errand;
      await local().pauseAgent({ tenant, agentId, paused: kind === 'pause', reason });
    }
  }
}

/** First come, first served. A chat that has ended meanwhile is told nothing, and its place is found empty later. */
async function givePlaces({ input, working, waiting }: Agent): Promise<void> {
  for (const runId of waiting) {
    if (working.size >= input.places) return;
    waiting.delete(runId);
    working.add(runId);
    await local().givePlace({ runId });
  }
}

async function forgetEnded(agent: Agent): Promise<void> {
  const { working, waiting } = agent;
  const open = new Set(await local().openChats({ runIds: [...working, ...waiting] }));
  for (const set of [working, waiting])
    for (const runId of set)
      if (!open.has(runId)) {
        set.delete(runId);
        agent.isDirty = true;
      }
}

async function describe(agent: Agent): Promise<void> {
  agent.isDirty = false;
  const { tenant, agentId, places } = agent.input;
  const words = await local().describeAgent({ tenant, agentId });
  setCurrentDetails(
    [words, `${agent.working.size} of ${places} places taken, ${agent.waiting.size} chats wait`].join('\n\n'),
  );
}

autoUpgrade(omniAgent);
