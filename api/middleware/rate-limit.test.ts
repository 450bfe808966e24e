import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRateLimiter } from './rate-limit.ts';
import type { Queryable } from '../../db/ledger.ts';

const MINUTE = 60_000;

/** A database whose windows end this soon. Its first answer comes only after the window has ended. */
function databaseOf(leftMs: number[]): Queryable & { asked: number } {
  const database = {
    asked: 0,
    async query() {
      const left = leftMs[database.asked++] ?? MINUTE;
      if (left < MINUTE) await delay(left + 20);
      return { rows: [{ used: 10, left_ms: left }] };
    },
  };
  return database as unknown as Queryable & { asked: number };
}

test('tokens of a minute that ended while their process was stopped are not spent in the next', async () => {
  const database = databaseOf([30]);
  const limiter = createRateLimiter(database, 100);
  expect(await limiter.take('user:ann')).toMatchObject({ allowed: true, remaining: 99 });
  expect(database.asked).toBe(2);
});
