import { expect, test } from 'vitest';
import { waitingOf } from './waiting.ts';

const wait = {
  for: 'catalogue',
  since: '2026-11-30T10:00:00.000Z',
  until: '2026-11-30T10:02:00.000Z',
  attempt: 3,
  detail: 'No service catalogue can be read.',
};
const step = (status: 'running' | 'completed', waiting: typeof wait | null) => ({
  step_id: 's',
  status,
  data: { waiting },
});

test('a run that plans shows what planning waits for', () => {
  expect(waitingOf({ status: 'planning', view: { waiting: wait } }, [])).toEqual(wait);
});

test('a run shows what its running step waits for, and which step it is', () => {
  const seller = { ...wait, for: 'seller' };
  const run = { status: 'running' as const, view: { waiting: null } };
  expect(waitingOf(run, [step('completed', seller), step('running', seller)])).toEqual({
    ...seller,
    step_id: 's',
  });
});

test('nothing is shown once the outage is over, the step is done or the run has ended', () => {
  expect(waitingOf({ status: 'running', view: {} }, [step('running', null)])).toBeUndefined();
  expect(waitingOf({ status: 'running', view: {} }, [step('completed', wait)])).toBeUndefined();
  expect(waitingOf({ status: 'failed', view: { waiting: wait } }, [])).toBeUndefined();
});
