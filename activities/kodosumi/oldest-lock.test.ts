import { expect, it } from 'vitest';
import { KodosumiError } from '../../domain/masumi/outside-errors.ts';
import type { FlowEvent } from '../../domain/masumi/ports/kodosumi.ts';
import { oldestLock } from './oldest-lock.ts';

const lockEvent = (id: string, lid: string, expires?: number): FlowEvent => ({
  id,
  event: 'lock',
  atMs: 1,
  data: JSON.stringify({ dict: { lid, ...(expires !== undefined && { expires }) } }),
});

const telling = (...events: FlowEvent[]) => ({
  async *events() {
    yield* events;
  },
});

it('is the one whose event came first, with its own end, whatever the order of the status', async () => {
  const kodosumi = telling(
    lockEvent('1', 'gone', 5),
    lockEvent('2', 'old', 1000.5),
    lockEvent('3', 'new', 9),
  );
  expect(await oldestLock(kodosumi, 'fid', ['new', 'old'])).toEqual({ lid: 'old', expiresAtMs: 1_000_500 });
});

it('is the first of the status, for three hours, where the stream tells nothing', async () => {
  const broken = {
    async *events() {
      yield await Promise.reject<FlowEvent>(new KodosumiError('broken'));
    },
  };
  const hours = (ms: number): number => Math.round((ms - Date.now()) / 3_600_000);
  for (const kodosumi of [broken, telling({ id: '1', event: 'lock', atMs: 1, data: 'nonsense' })]) {
    const found = await oldestLock(kodosumi, 'fid', ['a', 'b']);
    expect([found.lid, hours(found.expiresAtMs)]).toEqual(['a', 3]);
  }
});
