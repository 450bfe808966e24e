import { test } from 'vitest';
import { laySiege } from './siege.ts';

test('eight kills of worker, API and Temporal lose nothing, pay nothing twice and repeat no event', async () => {
  await laySiege({ seed: 8, kills: 8, customers: 3 });
}, 300_000);
