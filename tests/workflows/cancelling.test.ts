import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UPDATES } from '../../domain/messages.ts';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approvesAtOnce, gate, play } from './support/approved.ts';
import { aPlan, aStep } from './support/fakes.ts';
import { until } from './support/run.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

const compensation = { url: 'http://service.test/undo', method: 'POST', params: {} };
const cancel: { args: [object] } = { args: [{ by: 'tester' }] };

describe('a cancel', () => {
  test('that comes while the last step runs is kept, though the step ends well', async () => {
    const held = gate();
    const plan = aPlan([aStep('a', { compensation })]);
    const { fakes, end } = await play(
      temporal,
      { plan, hold: { a: held.opened } },
      async (handle, fakes_) => {
        await approvesAtOnce(handle, fakes_);
        await until(() => fakes_.calls.includes('call a 1.1'), 'the step runs');
        expect(await handle.executeUpdate(UPDATES.cancel, cancel)).toMatchObject({ status: 'compensating' });
        held.open();
      },
    );
    expect(end).toBe('cancelled');
    expect(fakes.finished[0]).toMatchObject({ status: 'cancelled' });
    expect(fakes.calls).toContain('undo a');
  });

  test('that comes when the end is decided is refused, so that nobody is told what will not be', async () => {
    const held = gate();
    let finishing = false;
    const { fakes, end } = await play(
      temporal,
      { plan: aPlan([aStep('a')]) },
      async (handle, fakes_) => {
        await approvesAtOnce(handle, fakes_);
        await until(() => finishing, 'the end is being written down');
        const refused = handle.executeUpdate(UPDATES.cancel, cancel);
        await expect(refused).rejects.toMatchObject({ cause: { type: 'cannot_cancel' } });
        held.open();
      },
      {
        activities: ({ activities }) => ({
          finishRun: async (request) => {
            finishing = true;
            await held.opened;
            return activities.finishRun(request);
          },
        }),
      },
    );
    expect(end).toBe('completed');
    expect(fakes.finished[0]).toMatchObject({ status: 'completed' });
  });
});
