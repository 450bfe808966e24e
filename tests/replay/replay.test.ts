import { readdirSync, readFileSync } from 'node:fs';
import { temporal as proto } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { DATA_CONVERTER } from '../../workers/bundle.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';
import { workflowSinks } from '../support/workflow-coverage.ts';
import { AGENT_HISTORY, CHAT_SCENARIOS } from './chat-scenarios.ts';
import { JOB_SCENARIOS } from './job-scenarios.ts';
import { historyFile, SCENARIOS } from './scenarios.ts';

const recorded = readdirSync(historyFile('')).filter((name) => name.endsWith('.bin'));

test.each(recorded)('%s replays with the workflows as they are now', async (name) => {
  const history = proto.api.history.v1.History.decode(readFileSync(historyFile(name)));
  const replay = Worker.runReplayHistory(
    { workflowBundle: await workflowBundle(), dataConverter: DATA_CONVERTER, ...workflowSinks() },
    history,
    history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? undefined, // a run's workflow has its id
  );
  await expect(replay).resolves.toBeUndefined();
});

test('every scenario has a recorded history', () => {
  expect(
    [SCENARIOS, JOB_SCENARIOS, CHAT_SCENARIOS]
      .flatMap(Object.keys)
      .concat(AGENT_HISTORY)
      .filter((name) => !recorded.some((file) => file.startsWith(`${name}.`))),
  ).toEqual([]);
});
