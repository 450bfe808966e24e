import { test } from 'vitest';
import { layFullSiege } from './siege.ts';

test('kills, stops, cut connections and crashes of everything lose nothing that was acknowledged', async () => {
  await layFullSiege(1, 4);
}, 900_000);
