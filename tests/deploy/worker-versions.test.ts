import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { until } from '../workflows/support/run.ts';
import { approveToEnd, createFleet, untilPlanned, type Crew, type Fleet } from './fleet.ts';

let temporal: TemporalTestClient;
let fleet: Fleet;
let v1: Crew;
let v2: Crew;
let sweep: WorkflowHandle;
beforeAll(async () => {
  temporal = await connect();
  fleet = createFleet(temporal);
});
afterAll(async () => {
  await fleet.close();
  await temporal.close();
});

const AFTER_APPROVAL = ['callService', 'signPayment', 'submitPayment', 'finishRun'];
const withoutSweep = (crew: Crew): string[] => crew.done.filter((name) => name !== 'sweepPayments');

test('a run that began before there were versions goes over to the first one', async () => {
  const unversioned = await fleet.launch(undefined);
  const run = await fleet.startRun();
  await untilPlanned(run);
  expect(await fleet.homeOf(run.workflowId)).toEqual({ behavior: 'none', buildId: undefined });
  v1 = await fleet.launch('v1');
  const { output, code } = await fleet.promote('--build-id', 'v1');
  expect(output).toMatch(
    /: new runs start on v1\.\n\nversion .*\nv1 +current +0 +there +new runs start here\n$/,
  );
  expect(code).toBe(0);
  await unversioned.stop();
  expect(await approveToEnd(run)).toBe('completed');
  expect(await fleet.homeOf(run.workflowId)).toEqual({ behavior: 'pinned', buildId: 'v1' });
});

test('a run ends on the version that began it, with its payments, after another became current', async () => {
  const run = await fleet.startRun({ requestEagerStart: true });
  expect(run.eagerlyStarted).toBe(true);
  await untilPlanned(run);
  sweep = await fleet.startSweep();
  const isOnV1 = async (): Promise<boolean> => (await fleet.homeOf(sweep.workflowId)).buildId === 'v1';
  await until(isOnV1, 'the sweep is on v1');
  expect((await fleet.homeOf(sweep.workflowId)).behavior).toBe('auto-upgrade');
  v2 = await fleet.launch('v2');
  const { output } = await fleet.promote('--build-id', 'v2');
  expect(output).toMatch(/^v2 +current +0 +there +new runs start here$/m);
  expect(output).toMatch(/^v1 +draining +1 +there +keep its workers$/m);
  v1.done.length = 0;
  expect(await approveToEnd(run)).toBe('completed');
  expect(await fleet.homeOf(run.workflowId)).toEqual({ behavior: 'pinned', buildId: 'v1' });
  expect(v1.done).toEqual(expect.arrayContaining(AFTER_APPROVAL));
  expect(withoutSweep(v2)).toEqual([]);
});

test('a new run begins and ends on the current version', async () => {
  v1.done.length = 0;
  const run = await fleet.startRun();
  await untilPlanned(run);
  expect(await approveToEnd(run)).toBe('completed');
  expect(await fleet.homeOf(run.workflowId)).toEqual({ behavior: 'pinned', buildId: 'v2' });
  expect(v2.done).toEqual(expect.arrayContaining(['planFast', 'planWithModel', ...AFTER_APPROVAL]));
  expect(withoutSweep(v1)).toEqual([]);
});

test('the sweep, which never ends, has moved along, and continues as new there', async () => {
  const isOnV2 = async (): Promise<boolean> => (await fleet.homeOf(sweep.workflowId)).buildId === 'v2';
  await until(isOnV2, 'the sweep is on v2');
  const { runId } = await sweep.describe();
  const isNext = async (): Promise<boolean> => (await sweep.describe()).runId !== runId;
  await until(async () => (await isNext()) && (await isOnV2()), 'its next run is on v2');
  expect((await fleet.homeOf(sweep.workflowId)).behavior).toBe('auto-upgrade');
  expect(v2.done).toContain('sweepPayments');
});
