import { test } from 'vitest';
import { laySiege } from './siege.ts';

test.each([1, 2])(
  'fifteen kills of worker, API and Temporal lose nothing, pay nothing twice and repeat no event: siege %d',
  async (seed) => {
    await laySiege({ seed, kills: 15, customers: 4 });
  },
  600_000,
);
