import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import pino from 'pino';
import { expect, it } from 'vitest';
import type { EventRow } from '../../db/repositories/events.ts';
import { createTopics, type Topics } from './topics.ts';

const silent = pino({ level: 'silent' });

/** A table of events whose reads take a moment each, and sometimes fail. */
function createTable(delays: number[], failEvery = 0) {
  const rows: EventRow[] = [];
  let reads = 0;
  const topics: Topics = createTopics(
    {
      keyOf: (row) => row.run_id,
      positionOf: (row) => row.seq,
      async read(known, limit) {
        reads += 1;
        const found = rows.filter((row) => row.seq > (known.get(row.run_id) ?? Infinity)).slice(0, limit);
        await sleep(delays[reads % delays.length]);
        if (failEvery > 0 && reads % failEvery === 0) throw new Error('read failed');
        return found;
      },
    },
    silent,
  );
  return {
    topics,
    reads: () => reads,
    add(key: string): void {
      const seq = rows.filter((row) => row.run_id === key).length + 1;
      rows.push({
        run_id: key,
        seq,
        type: 'step.progress',
        data: {},
        at: new Date(),
        tenant: 't',
        family: 'f',
        feed_pos: rows.length + 1,
      });
      topics.touch(key);
    },
    count: (key: string) => rows.filter((row) => row.run_id === key).length,
  };
}

function listenTo(topics: Topics, key: string, after: number, last: number): number[] {
  const got: number[] = [];
  topics.subscribe(key, after, last, {
    take: (rows) => (got.push(...rows.map((row) => row.seq)), rows.length),
    drained: () => Promise.resolve(true),
  });
  return got;
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_x, i) => from + i);

it('gives every listener everything after its position, once and in order, however joins and writes interleave', async () => {
  const plan = fc.array(
    fc.oneof(fc.constant('add' as const), fc.constant('wait' as const), fc.nat({ max: 20 })),
    { minLength: 5, maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(
      plan,
      fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }),
      async (steps, delays) => {
        const table = createTable(delays);
        const listeners: { after: number; got: number[] }[] = [];
        for (const step of steps) {
          if (step === 'add') table.add('run');
          else if (step === 'wait') await sleep(1);
          else {
            const after = Math.min(step, table.count('run'));
            listeners.push({ after, got: listenTo(table.topics, 'run', after, table.count('run')) });
          }
        }
        for (const { after, got } of listeners)
          await expect.poll(() => got).toEqual(numbers(after + 1, table.count('run')));
      },
    ),
    { numRuns: 60 },
  );
});

it('replays long histories page by page', async () => {
  const table = createTable([0]);
  for (let i = 0; i < 1700; i++) table.add('run');
  const got = listenTo(table.topics, 'run', 0, 1700);
  await expect.poll(() => got.length).toBe(1700);
  expect(got).toEqual(numbers(1, 1700));
});

it('reads once for many listeners', async () => {
  const table = createTable([1]);
  const all = numbers(1, 500).map(() => listenTo(table.topics, 'run', 0, 0));
  table.add('run');
  await expect.poll(() => all.every((got) => got.length === 1)).toBe(true);
  expect(table.reads()).toBeLessThan(5);
});

it('goes on after reads have failed', async () => {
  const table = createTable([0], 2);
  const [live, replayed] = [listenTo(table.topics, 'run', 0, 0), [] as number[][]];
  for (let i = 0; i < 5; i++) table.add('run');
  replayed.push(listenTo(table.topics, 'run', 2, 5));
  await expect.poll(() => live, { timeout: 5000 }).toEqual(numbers(1, 5));
  await expect.poll(() => replayed[0], { timeout: 5000 }).toEqual(numbers(3, 5));
});

it('lets a client without room read on by itself, without loss, and nobody else waits for it', async () => {
  const table = createTable([0]);
  const [other, elsewhere] = [listenTo(table.topics, 'run', 0, 0), listenTo(table.topics, 'next', 0, 0)];
  const got: number[] = [];
  let room = 3;
  let makeRoom = (): void => undefined;
  const hasRoom = new Promise<void>((resolve) => (makeRoom = resolve));
  table.topics.subscribe('run', 0, 0, {
    take(rows) {
      const taken = rows.slice(0, room);
      got.push(...taken.map((row) => row.seq));
      room -= taken.length;
      return taken.length;
    },
    drained: () => hasRoom.then(() => true),
  });
  for (let i = 0; i < 20; i++) table.add('run');
  table.add('next');
  await expect.poll(() => [other.length, elsewhere.length]).toEqual([20, 1]);
  table.add('run');
  await expect.poll(() => other).toEqual(numbers(1, 21));
  expect(got).toEqual([1, 2, 3]);
  room = Infinity;
  makeRoom();
  await expect.poll(() => got).toEqual(numbers(1, 21));
  table.add('run');
  await expect.poll(() => got).toEqual(numbers(1, 22));
});
