import { writeFileSync } from 'node:fs';
import { temporal as proto } from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { createFakes } from '../workflows/support/fakes.ts';
import { withRun } from '../workflows/support/run.ts';
import { historyFile, SCENARIOS } from './scenarios.ts';

/** VERSION=v2 npx vitest run --config vitest.record.config.ts records each scenario as histories/<name>.v2.bin. */
const version = process.env['VERSION'];

let temporal: TemporalTestClient;
beforeAll(async () => {
  expect(version, 'VERSION names the recording, e.g. v2').toMatch(/^v\d+$/);
  temporal = await connect();
});
afterAll(() => temporal.close());

test.each(Object.entries(SCENARIOS))('records %s', async (name, { script, settings, people }) => {
  const fakes = createFakes(script);
  await withRun(temporal, fakes, settings ?? {}, async (handle) => {
    await people(handle, fakes);
    await handle.result().catch(() => undefined); // some scenarios end badly on purpose
    const history = await handle.fetchHistory();
    anonymise(history);
    writeFileSync(
      historyFile(`${name}.${version}.bin`),
      proto.api.history.v1.History.encode(history).finish(),
    );
  });
});

/** Where and by whom it was recorded is nobody's business, and no part of the replay. */
function anonymise(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    const inner = record[key];
    if (key === 'stackTrace') record[key] = '';
    else if (typeof inner === 'string' && /^\d+@/.test(inner)) record[key] = 'recorder';
    else anonymise(inner);
  }
}
