import { afterAll, beforeAll, test } from 'vitest';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { createFakes } from '../workflows/support/fakes.ts';
import { withRun } from '../workflows/support/run.ts';
import { record, recordedVersion } from './recording.ts';
import { SCENARIOS } from './scenarios.ts';

/** Records each scenario of a plan as histories/<name>.<version>.bin. */
let temporal: TemporalTestClient;
beforeAll(async () => {
  recordedVersion();
  temporal = await connect();
});
afterAll(() => temporal.close());

test.each(Object.entries(SCENARIOS))('records %s', async (name, { script, settings, people }) => {
  const fakes = createFakes(script);
  await withRun(temporal, fakes, settings ?? {}, async (handle) => {
    await people(handle, fakes);
    await record(handle, name);
  });
});
