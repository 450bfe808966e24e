import { expect, test } from 'vitest';
import { supervise, type RunningWorker } from './supervise.ts';

/** A worker whose end a test decides. */
function fakeWorker() {
  let state = 'INITIALIZED';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const worker: RunningWorker = {
    run: () => ((state = 'RUNNING'), promise),
    shutdown: () => ((state = 'STOPPED'), resolve()),
    getState: () => state,
  };
  const fail = (error: Error): void => ((state = 'FAILED'), reject(error));
  return { worker, fail, end: resolve, state: () => state };
}

const FAST = { firstDelayMs: 1, longestDelayMs: 4 };

test('a worker that the server refuses is replaced until one stays, and a stop drains that one', async () => {
  const made = [fakeWorker(), fakeWorker(), fakeWorker()];
  const losses: [string, number][] = [];
  let count = 0;
  const supervised = supervise({
    ...FAST,
    first: made[0]!.worker,
    another: async () => {
      count += 1;
      if (count === 1) throw new Error('no server');
      return made[count - 1]!.worker;
    },
    onLoss: (error, ms) => losses.push([(error as Error).message, ms]),
  });
  await expect.poll(made[0]!.state).toBe('RUNNING');
  made[0]!.fail(new Error('permission denied'));
  await expect.poll(made[1]!.state).toBe('RUNNING');
  made[1]!.end();
  await expect.poll(made[2]!.state).toBe('RUNNING');
  expect(losses).toEqual([
    ['permission denied', 1],
    ['no server', 2],
    ['The worker ended unasked.', 4],
  ]);
  supervised.stop();
  await supervised.finished;
  expect(made[2]!.state()).toBe('STOPPED');
});

test('a stop during the wait for the next worker ends at once', async () => {
  const lost = fakeWorker();
  const waiting = Promise.withResolvers<void>();
  const supervised = supervise({
    first: lost.worker,
    another: () => Promise.reject(new Error('nobody asks')),
    onLoss: () => waiting.resolve(),
    firstDelayMs: 60_000,
    longestDelayMs: 60_000,
  });
  lost.fail(new Error('gone'));
  await waiting.promise;
  supervised.stop();
  await supervised.finished;
});

test('a worker that is made during a stop is drained, so that it lets go of its connection', async () => {
  const [lost, late] = [fakeWorker(), fakeWorker()];
  const making = Promise.withResolvers<RunningWorker>();
  let asked = false;
  const supervised = supervise({
    ...FAST,
    first: lost.worker,
    another: () => ((asked = true), making.promise),
    onLoss: () => undefined,
  });
  lost.fail(new Error('gone'));
  await expect.poll(() => asked).toBe(true);
  supervised.stop();
  making.resolve(late.worker);
  await supervised.finished;
  expect(late.state()).toBe('STOPPED');
});

test('a failure while draining rejects the stop', async () => {
  const one = fakeWorker();
  const supervised = supervise({
    first: one.worker,
    another: () => Promise.reject(new Error('never')),
    onLoss: () => undefined,
  });
  await expect.poll(one.state).toBe('RUNNING');
  one.worker.shutdown = () => one.fail(new Error('took too long'));
  supervised.stop();
  await expect(supervised.finished).rejects.toThrow('took too long');
});
