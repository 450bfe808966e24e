import { describe, expect, it } from 'vitest';
import { createHaste } from './haste.ts';

describe('An end that only the stream tells of', () => {
  it('is looked for soon, once for each stream', () => {
    const haste = createHaste(30_000);
    expect(haste.heard('status')).toBeUndefined();
    expect(haste.waitMs()).toBeUndefined();
    expect(haste.heard('final')).toBe(1000);
    expect(haste.heard('final')).toBeUndefined();
    expect(haste.waitMs()).toBe(1000);
    haste.restart();
    expect(haste.waitMs()).toBeUndefined();
    expect(haste.heard('final')).toBe(1000);
  });

  it('is not looked for all the time when it was none, and a real one later is', () => {
    const haste = createHaste(30_000);
    const waits = Array.from({ length: 7 }, () => {
      haste.restart();
      return haste.heard('error');
    });
    expect(waits).toEqual([1000, 1000, 1000, 1000, 1000, 30_000, 30_000]);
    expect(haste.heard('final')).toBe(1000);
    expect(haste.waitMs()).toBe(1000);
  });

  it('is looked for no later than anything else', () => {
    expect(createHaste(200).heard('error')).toBe(200);
  });
});
