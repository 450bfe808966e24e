import { expect, test } from 'vitest';
import type { DeploymentState, VersionState } from './promote-deployment.ts';
import { deploymentTable } from './promote-table.ts';

const QUEUES = ['steward', 'steward-money', 'steward-llm'];
const version = (buildId: string, more: Partial<VersionState>): VersionState => ({
  buildId,
  state: 'current',
  pinned: 0,
  queues: QUEUES,
  unserved: [],
  ...more,
});
const deployment = (versions: VersionState[], more: Partial<DeploymentState> = {}): DeploymentState => ({
  versions,
  current: versions.find(({ state }) => state === 'current')?.buildId,
  ramp: undefined,
  settled: true,
  ...more,
});
const lines = (state: DeploymentState): string[] => deploymentTable('steward', state).split('\n');

test('every version has a row that says whether its workers are needed', () => {
  const state = deployment([
    version('0.2.0-b', { pinned: 3 }),
    version('0.1.0-a', { state: 'draining', pinned: 12 }),
    version('0.0.9-z', { state: 'draining' }),
    version('0.0.8-y', { state: 'drained' }),
    version('0.0.7-x', { state: 'inactive' }),
  ]);
  expect(lines(state)).toEqual([
    'steward: new runs start on 0.2.0-b.',
    '',
    'version  state     pinned runs  workers (last 90 s)  what it means',
    '0.2.0-b  current   3            there                new runs start here',
    '0.1.0-a  draining  12           there                keep its workers',
    '0.0.9-z  draining  0            there                keep its workers until Temporal has looked again (minutes)',
    '0.0.8-y  drained   0            there                its workers may be stopped',
    '0.0.7-x  inactive  0            there                not promoted yet',
  ]);
});

test('runs that wait for missing workers are reported loudly', () => {
  const state = deployment([
    version('0.2.0-b', { unserved: ['steward-money'] }),
    version('0.1.0-a', { state: 'draining', pinned: 1, unserved: QUEUES }),
  ]);
  expect(lines(state).slice(3)).toEqual([
    '0.2.0-b  current   0            none for steward-money  START ITS WORKERS: new runs wait',
    '0.1.0-a  draining  1            none                    START ITS WORKERS: its runs wait',
  ]);
});

test('a ramp is named with its share', () => {
  const versions = [version('b', { state: 'ramping' }), version('a', {})];
  const state = deployment(versions, { ramp: { buildId: 'b', percent: 25 } });
  expect(lines(state)[0]).toBe('steward: new runs start on a, 25 % of them on b.');
  expect(lines(state)[3]).toMatch(/25 % of new runs start here$/);
});

test('drained versions without workers are only counted', () => {
  const state = deployment([version('b', {}), version('a', { state: 'drained', unserved: QUEUES })]);
  expect(lines(state).slice(-2)).toEqual(['', 'Drained and without workers, not shown: 1.']);
});

test('a deployment without workers or without a current version says so', () => {
  expect(lines(deployment([]))).toEqual(['steward: no worker of it has asked for work yet.']);
  const first = deployment([version('a', { state: 'inactive' })], { settled: false });
  expect(lines(first)[0]).toBe(
    'steward: new runs start on workers without a version (WORKER_DEPLOYMENT unset).',
  );
  expect(lines(first).at(-1)).toBe('Not every queue knows the change yet; look again with --status.');
});
