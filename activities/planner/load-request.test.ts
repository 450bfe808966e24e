import { expect, test } from 'vitest';
import type { Queryable } from '../../db/ledger.ts';
import { createSealer } from '../../db/sealing.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { sampleBook } from '../../tests/support/sample-catalogue.ts';
import { loadRequest } from './load-request.ts';

const sealer = createSealer('a key for tests only');

/** A database with one run, or none. */
const holding = (
  settings?: JsonObject,
  input: JsonObject | string = { input: 'Summarize a text' },
): Queryable =>
  ({
    query: async () => ({
      rows: settings === undefined ? [] : [{ settings, input_sealed: sealer.seal('run.input', input) }],
    }),
  }) as unknown as Queryable;

const load = (db: Queryable) => loadRequest(db, sealer, sampleBook, 'wf_1');

test('a run without limits may be priced in any asset, the plan asset first', async () => {
  const request = await load(holding({}));
  expect(request).toMatchObject({ input: 'Summarize a text', maxCost: undefined, maxTimeMs: undefined });
  expect(request.codes).toHaveLength(2);
});

test('a maximum counts in the asset it was meant in, and allows no other', async () => {
  expect(await load(holding({ maxCost: '1500000', maxTimeMs: 5, asset: 'USDC' }))).toMatchObject({
    maxCost: '1.5',
    maxTimeMs: 5,
    codes: ['USDC'],
  });
  expect((await load(holding({ maxCost: '1500000000', asset: 'SOL' }))).maxCost).toBe('1.5');
  expect((await load(holding({ maxCost: '1' }))).codes).toHaveLength(1);
});

test('a run that cannot be planned is refused with the reason', async () => {
  await expect(load(holding())).rejects.toMatchObject({ code: 'run_not_found' });
  await expect(load(holding({ maxCost: '1', asset: 'DOGE' }))).rejects.toMatchObject({
    code: 'unknown_asset',
  });
  for (const input of ['text', {}, { input: 7 }])
    await expect(load(holding({}, input))).rejects.toMatchObject({ code: 'plan_invalid' });
});
