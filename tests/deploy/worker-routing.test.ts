import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { until } from '../workflows/support/run.ts';
import { approveToEnd, createFleet, untilPlanned, type Crew, type Fleet } from './fleet.ts';

let temporal: TemporalTestClient;
let fleet: Fleet;
let v1: Crew;
let money: Crew;
beforeAll(async () => {
  temporal = await connect();
  fleet = createFleet(temporal);
  [v1, money] = await Promise.all([
    fleet.launch('v1', ['engine', 'llm', 'kodosumi', 'following']),
    fleet.launch(undefined, ['money']),
  ]);
});
afterAll(async () => {
  await fleet.close();
  await temporal.close();
});

/** Events of a sweep until its first look at the payments is over. */
const AFTER_A_ROUND = 10;

/** The version that the next new run begins on. */
async function nextHome(): Promise<string | undefined> {
  const run = await fleet.startRun();
  await untilPlanned(run);
  const { buildId } = await fleet.homeOf(run.workflowId);
  await run.terminate();
  return buildId;
}

test('a version without workers is not promoted', async () => {
  const { output, code } = await fleet.promote('--build-id', 'v9', '--wait', '0');
  expect(output).toContain('Nothing was changed: no worker of v9 on ');
  expect(output).toContain('Temporal knows v1.');
  expect(code).toBe(1);
});

test('money workers without a version work for the runs of every version', async () => {
  const early = await fleet.promote('--build-id', 'v1', '--wait', '0');
  expect(early.output).toContain(`no worker of v1 on ${fleet.taskQueue}-money within 0 s`);
  expect((await fleet.promote('--build-id', 'v1', '--queues', 'engine,llm')).code).toBe(0);
  const run = await fleet.startRun();
  await untilPlanned(run);
  expect(await approveToEnd(run)).toBe('completed');
  expect(money.done).toEqual(['signPayment', 'submitPayment']);
  expect(v1.done).toContain('finishRun');
});

test('a ramp sends its share of the new runs to a version, until it ends', async () => {
  await fleet.launch('v2', ['engine', 'llm']);
  const ramped = await fleet.promote('--build-id', 'v2', '--ramp', '100', '--queues', 'engine,llm');
  expect(ramped.output).toContain(': new runs start on v1, 100 % of them on v2.\n');
  expect(await nextHome()).toBe('v2');
  expect((await fleet.promote('--ramp', '0')).output).toContain(': new runs start on v1.\n');
  const again = await fleet.promote('--build-id', 'v2', '--once', '--queues', 'engine,llm');
  expect(again.output).toMatch(
    /^v2 was promoted before: nothing was changed\.\n.*: new runs start on v1\.$/m,
  );
  expect(again.code).toBe(0);
  expect(await nextHome()).toBe('v1');
});

test('without versions again, new runs and the sweep go to workers that have none', async () => {
  const sweep = await fleet.startSweep();
  await until(() => money.done.includes('sweepPayments'), 'the sweep is under way');
  const { runId } = await sweep.describe();
  const unversioned = await fleet.launch(undefined, ['engine', 'llm']);
  const { output } = await fleet.promote('--unversioned');
  expect(output).toContain(': new runs start on workers without a version');
  expect(await nextHome()).toBeUndefined();
  expect(unversioned.done).toContain('planWithModel');
  const hasSwept = async (): Promise<boolean> => {
    const now = await sweep.describe();
    return now.runId !== runId && now.historyLength > AFTER_A_ROUND;
  };
  await until(hasSwept, 'the sweep has begun anew and looked once');
  expect((await fleet.homeOf(sweep.workflowId)).behavior).toBe('none');
});
