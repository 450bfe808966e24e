import { test } from 'vitest';
import { JOB_SCENARIOS, startScenarioApp } from './job-scenarios.ts';
import { record, recordedVersion } from './recording.ts';

/** Records each scenario of a job, and the watch over their payments, as histories/<name>.<version>.bin. */
test.each(Object.entries(JOB_SCENARIOS))('records %s', async (name, scenario) => {
  recordedVersion();
  const app = await startScenarioApp(scenario);
  const { jobId } = await scenario.play(app);
  await record(app.deps.temporal.workflow.getHandle(jobId), name);
  await app.close();
});

test('records masumi-watch', async () => {
  const app = await startScenarioApp({ play: () => Promise.reject(new Error('nothing is played')) });
  const handle = await app.deps.temporal.workflow.start('masumiWatch', {
    workflowId: `${app.options.taskQueue}-watch`,
    taskQueue: app.options.taskQueue,
    args: [{ everyMs: 50, rounds: 2 }],
    followRuns: false,
  });
  await record(handle, 'masumi-watch');
  await app.deps.temporal.workflow.getHandle(handle.workflowId).terminate('recorded');
  await app.close();
});
