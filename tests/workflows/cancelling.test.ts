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

  test('that comes when the end is decided is refused, so that nobody is promised what will not happen', async () => {
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

  test('of a run that then fails is recorded once in its events and its end, with the name of who asked first', async () => {
    const held = gate();
    const plan = aPlan([aStep('a')]);
    const calls = { a: [{ kind: 'failed', code: 'SERVICE_ERROR', message: 'no' } as const] };
    const { fakes, end } = await play(
      temporal,
      { plan, calls, hold: { a: held.opened } },
      async (handle, fakes_) => {
        await approvesAtOnce(handle, fakes_);
        await until(() => fakes_.calls.includes('call a 1.1'), 'the step runs');
        const asked = { args: [{ by: 'tester', reason: 'too slow' }] as [object] };
        const { events } = await handle.executeUpdate<{ events: object[] }, [object]>(UPDATES.cancel, asked);
        expect(events).toContainEqual(
          expect.objectContaining({
            key: 'run.cancel_requested',
            data: { by: 'tester', at: expect.any(String), reason: 'too slow' },
          }),
        );
        await handle.executeUpdate(UPDATES.cancel, { args: [{ by: 'somebody else' }] });
        held.open();
      },
    );
    expect(end).toBe('failed');
    expect(fakes.types().filter((type) => type === 'run.cancel_requested')).toHaveLength(1);
    expect(fakes.types().at(-1)).toBe('run.failed');
    expect(fakes.finished[0]).toMatchObject({
      status: 'failed',
      error: { code: 'SERVICE_ERROR' },
      cancel: { by: 'tester', reason: 'too slow' },
    });
  });

  test('by a signal is written down at once, with who asked and why', async () => {
    const held = gate();
    const plan = aPlan([aStep('a')]);
    const { fakes, end } = await play(
      temporal,
      { plan, hold: { a: held.opened } },
      async (handle, fakes_) => {
        await approvesAtOnce(handle, fakes_);
        await until(() => fakes_.calls.includes('call a 1.1'), 'the step runs');
        await handle.signal('cancel', { by: 'ops', reason: 'x'.repeat(900) });
        await until(() => fakes_.types().includes('run.cancel_requested'), 'it is on record');
        held.open();
      },
    );
    expect(end).toBe('cancelled');
    expect(fakes.finished[0]).toMatchObject({ cancel: { by: 'ops', reason: 'x'.repeat(500) } });
  });

  test('by Temporal itself is recorded like any other', async () => {
    const held = gate();
    const plan = aPlan([aStep('a')]);
    const { fakes } = await play(temporal, { plan, hold: { a: held.opened } }, async (handle, fakes_) => {
      await approvesAtOnce(handle, fakes_);
      await until(() => fakes_.calls.includes('call a 1.1'), 'the step runs');
      await handle.cancel();
      held.open();
    });
    expect(fakes.types()).toContain('run.cancel_requested');
    expect(fakes.finished[0]).toMatchObject({ status: 'cancelled', cancel: { by: 'temporal' } });
  });

  test('that nobody asked for appears in no event', async () => {
    const { fakes } = await play(temporal, { plan: aPlan([aStep('a')]) }, approvesAtOnce);
    expect(fakes.types()).not.toContain('run.cancel_requested');
    expect(fakes.finished[0]).not.toHaveProperty('cancel');
  });
});
