import { test } from 'vitest';
import { layFullSiege } from './siege.ts';

test.each([1, 2])(
  'kills, stops, cut connections and crashes of everything lose nothing that was acknowledged, siege %d',
  async (seed) => {
    await layFullSiege(seed, 4);
  },
  900_000,
);
