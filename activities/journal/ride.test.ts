import { expect, test } from 'vitest';
import { withRide } from './ride.ts';

const ride = { runId: 'r', events: [] };

test('work and writing overlap, and both are done at the end', async () => {
  const steps: string[] = [];
  const { promise: written, resolve } = Promise.withResolvers<void>();
  const append = () => {
    steps.push('writing');
    return written;
  };
  const result = withRide({ append }, ride, async () => {
    steps.push('working');
    resolve();
    return 7;
  });
  expect(await result).toBe(7);
  expect(steps).toEqual(['writing', 'working']);
});

test('events that cannot be written fail the work, which is then repeated', async () => {
  const append = () => Promise.reject(new Error('no database'));
  await expect(withRide({ append }, ride, async () => 7)).rejects.toThrow('no database');
});

test('work that fails is told, whatever became of the events', async () => {
  const append = () => Promise.reject(new Error('no database'));
  const work = () => Promise.reject(new Error('no service'));
  await expect(withRide({ append }, ride, work)).rejects.toThrow('no service');
});
