import { condition, defineSignal } from '@temporalio/workflow';
import { OMNI_SIGNALS, readChatStart, readNothing } from '../../../domain/omni/messages.ts';
import type { CallResult, ChatInput } from '../../../domain/omni/ports.ts';
import { UNKNOWN_TOTALS } from '../../../domain/ports/ledger.ts';
import { readStart } from '../../engine/read-start.ts';
import { executeRun, type Ending, type Run } from '../../engine/run.ts';
import type { RunSummary } from '../../engine/run-summary.ts';
import { takeSignal } from '../../engine/signals.ts';
import { makeCall } from './call.ts';
import { local, thinking } from './proxies.ts';

const MOST_ROUNDS = 10; // the activity ends a chat after eight; this only bounds what it could do wrong

const placeGiven = defineSignal<[unknown?]>(OMNI_SIGNALS.placeGiven);

/** One message to an agent: it takes a place, decides, pays for each call as the policy allows, and answers (omni.md). */
export async function omniChat(input: ChatInput): Promise<RunSummary> {
  readStart(readChatStart, input);
  return executeRun(input, async (run) => {
    const deadline = run.stop.deadline(input.settings.maxTimeMs, 'the chat must have ended');
    const ending = (await takePlace(run)) ?? (await converse(run));
    deadline.disarm();
    const { runId, tenant, settings } = input;
    await local().leavePlace({ runId, tenant, agentId: settings.agentId });
    return ending;
  });
}

/** Waits for one of the agent's places; an ending where none came in time. */
async function takePlace(run: Run<ChatInput>): Promise<Ending | undefined> {
  const { runId, tenant, settings } = run.input;
  const { agentId, places, queueWaitMs } = settings;
  let hasPlace = false;
  takeSignal(run, placeGiven, {
    guard: readNothing,
    take: () => void (hasPlace = true),
    description: 'The agent has a place for this chat.',
  });
  run.move('planning', 'run.planning', 'run.planning', { agent_id: agentId });
  run.describe([`**Waiting** for a place at ${agentId}`]);
  await run.journal.flush();
  await local().askForPlace({ runId, tenant, agentId, places });
  const isSettled = (): boolean => hasPlace || run.stop.reason() !== undefined;
  if (!(await condition(isSettled, queueWaitMs))) return nothing('failed', BUSY);
  if (!hasPlace) return nothing('cancelled');
  run.move('running', 'run.running', 'run.running', { agent_id: agentId });
  run.describe([`**Running** for ${agentId}`]);
  return undefined;
}

const BUSY: Ending['error'] = {
  code: 'AGENT_BUSY',
  message: 'All places of the agent were taken for too long. Nothing was done; send the message again.',
  recoverable: true,
};

const nothing = (status: Ending['status'], error?: Ending['error']): Ending => ({
  status,
  ...(error !== undefined && { error }),
  outputs: {},
  totals: UNKNOWN_TOTALS,
});

/** Turn after turn, until nothing more is to be done. Calls are made one after the other. */
async function converse(run: Run<ChatInput>): Promise<Ending> {
  const { runId } = run.input;
  const results: CallResult[] = [];
  for (let round = 1; round <= MOST_ROUNDS && run.stop.reason() === undefined; round++) {
    const turn = await run.journal.ride((ride) =>
      thinking().nextTurn.executeWithOptions({ summary: `round ${round}: what next` }, [
        { ride, runId, round, results },
      ]),
    );
    if (turn.kind === 'answer') break;
    for (const call of turn.calls)
      if (run.stop.reason() === undefined) results.push(await makeCall(run, call));
  }
  return conclude(run, results);
}

async function conclude(run: Run<ChatInput>, results: CallResult[]): Promise<Ending> {
  const { runId } = run.input;
  const answer = await run.journal.ride((ride) =>
    local().composeAnswer.executeWithOptions({ summary: 'put the answer together' }, [
      { ride, runId, results },
    ]),
  );
  const reason = run.stop.reason();
  const ended = { outputs: { answer }, totals: UNKNOWN_TOTALS };
  if (reason === undefined) return { status: 'completed', ...ended };
  if (reason === 'cancelled') return { status: 'cancelled', ...ended };
  const message = 'The chat took longer than it may; what was paid is in its steps.';
  return { status: 'failed', error: { code: 'CHAT_TIMEOUT', message, recoverable: true }, ...ended };
}
