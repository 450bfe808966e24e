import { EventEmitter } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { interrupted } from './interrupted.ts';

afterEach(() => void vi.useRealTimers());

/** A process that gets signals, and how often it was ended at once. */
function victim() {
  vi.useFakeTimers({ toFake: ['performance'] });
  const signals = new EventEmitter();
  const ended = vi.fn<() => void>();
  return { signals, ended, stopping: interrupted(signals, ended) };
}

test('one press that arrives three times, over a terminal, npm and a parent, is one wish to stop', async () => {
  const { signals, ended, stopping } = victim();
  for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM']) signals.emit(signal);
  expect(await stopping).toBe('SIGINT');
  vi.advanceTimersByTime(5000);
  signals.emit('SIGTERM');
  expect(ended).not.toHaveBeenCalled();
});

test('a second press ends the process at once', async () => {
  const { signals, ended, stopping } = victim();
  signals.emit('SIGINT');
  await stopping;
  vi.advanceTimersByTime(1001);
  signals.emit('SIGINT');
  expect(ended).toHaveBeenCalledOnce();
});
