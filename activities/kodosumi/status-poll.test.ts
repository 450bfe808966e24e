import { describe, expect, it } from 'vitest';
import { createStatusPoll } from './status-poll.ts';

describe('An end that only the stream reports', () => {
  it('is looked for soon, once for each stream', () => {
    const poll = createStatusPoll(30_000);
    expect(poll.heard('status')).toBeUndefined();
    expect(poll.waitMs()).toBeUndefined();
    expect(poll.heard('final')).toBe(1000);
    expect(poll.heard('final')).toBeUndefined();
    expect(poll.waitMs()).toBe(1000);
    poll.restart();
    expect(poll.waitMs()).toBeUndefined();
    expect(poll.heard('final')).toBe(1000);
  });

  it('is not looked for all the time when it was false, and a real one later is still found', () => {
    const poll = createStatusPoll(30_000);
    const waits = Array.from({ length: 7 }, () => {
      poll.restart();
      return poll.heard('error');
    });
    expect(waits).toEqual([1000, 1000, 1000, 1000, 1000, 30_000, 30_000]);
    expect(poll.heard('final')).toBe(1000);
    expect(poll.waitMs()).toBe(1000);
  });

  it('is looked for at least as soon as anything else', () => {
    expect(createStatusPoll(200).heard('error')).toBe(200);
  });
});
