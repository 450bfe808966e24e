import { test } from 'vitest';
import { laySiege } from './siege.ts';

test.each([1, 2])(
  'fifteen kills, siege %d',
  async (seed) => {
    await laySiege({ seed, kills: 15, customers: 4 });
  },
  600_000,
);
