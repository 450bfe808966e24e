import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SIGNALS, UPDATES } from '../../domain/messages.ts';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approve, approvesAtOnce, gate, play, untilAsked } from './support/approved.ts';
import { aPlan, aStep, type Fakes } from './support/fakes.ts';
import { until } from './support/run.ts';

let temporal: TemporalTestClient;

beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

const PLAN = aPlan([aStep('a')]);

const ignored = (fakes: Fakes): { type: string; code: unknown }[] =>
  fakes.events
    .filter(({ type }) => type.endsWith('.ignored'))
    .map(({ type, data }) => ({ type, code: data['code'] }));

describe('a signal that no request could be', () => {
  const STRANGE: readonly [string, unknown][] = [
    ['approve', 'text'],
    ['approve', null],
    ['approve', { plan_hash: 'hash-1' }],
    ['approve', { expiresAtMs: true }],
    ['approve', { limits: { allowedRecipients: {} } }],
    ['approve', { limits: { maxTotalAmount: 5 } }],
    ['approve', { by: 'x\u0000y' }],
    ['approve', { authority: { scopes: ['admin'] } }],
    ['reject', 'text'],
    ['reject', { by: 'ops', planhash: 'hash-1' }],
    ['cancel', 'x'],
    ['cancel', { by: '\u0000' }],
    ['unknownsignal', { a: 1 }],
  ];

  test('changes nothing and is told, and the run waits on', async () => {
    const { fakes, end } = await play(temporal, { plan: PLAN }, async (handle, fakes_) => {
      await untilAsked(fakes_);
      for (const [name, sent] of STRANGE) await handle.signal(name, sent);
      await until(() => ignored(fakes_).length === 3, 'they are told');
      expect(fakes_.calls).toEqual([]);
      await approve(handle);
    });
    expect(end).toBe('completed');
    expect(ignored(fakes)).toEqual([
      { type: 'approval.ignored', code: 'validation_failed' },
      { type: 'message.ignored', code: 'validation_failed' },
      { type: 'message.ignored', code: 'validation_failed' },
    ]);
  });

  test('may come in a flood: the journal tells of twenty, and that there were more', async () => {
    const { fakes, end } = await play(temporal, { plan: PLAN }, async (handle, fakes_) => {
      await untilAsked(fakes_);
      const signals = Array.from({ length: 30 }, (_, index) => handle.signal(`noise-${index}`, index));
      await Promise.all(signals);
      await until(() => fakes_.events.some(({ key }) => key === 'message.ignored:more'), 'it is told');
      await approve(handle);
    });
    expect(end).toBe('completed');
    expect(ignored(fakes)).toHaveLength(21);
  });
});

describe('a signal that Temporal’s SDK cannot hand over', () => {
  const BROKEN: readonly [string, string, string][] = [
    ['approve', 'json/plain', '{"by":'],
    ['approve', 'binary/encrypted', 'x'],
    ['cancel', 'json/plain', '{'],
    ['__temporal_x', 'json/plain', '{}'],
  ];

  test('is told like others that cannot be read, and the run goes on', async () => {
    const { fakes, end } = await play(temporal, { plan: PLAN }, async (handle, fakes_) => {
      await untilAsked(fakes_);
      for (const [signalName, encoding, data] of BROKEN)
        await temporal.client.workflowService.signalWorkflowExecution({
          namespace: temporal.namespace,
          workflowExecution: { workflowId: handle.workflowId },
          signalName,
          input: {
            payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) }],
          },
        });
      await until(() => ignored(fakes_).length === 3, 'they are told');
      await approve(handle);
    });
    expect(end).toBe('completed');
    expect(ignored(fakes)).toEqual([
      { type: 'approval.ignored', code: 'validation_failed' },
      { type: 'message.ignored', code: 'validation_failed' },
      { type: 'message.ignored', code: 'validation_failed' },
    ]);
  });
});

describe('an approval by hand', () => {
  test('that has ended by its own words approves nothing, and is told', async () => {
    const { fakes, end } = await play(temporal, { plan: PLAN }, async (handle, fakes_) => {
      await untilAsked(fakes_);
      await handle.signal(SIGNALS.approve, { expiresAtMs: 5 });
      await until(() => ignored(fakes_).length > 0, 'it is told');
      expect(fakes_.calls).toEqual([]);
      await approve(handle);
    });
    expect(end).toBe('completed');
    expect(ignored(fakes)).toEqual([{ type: 'approval.ignored', code: 'approval_expired' }]);
  });
});

describe('a rejection', () => {
  test('of another plan undoes nothing and ends nothing, and the one of this plan does', async () => {
    const held = gate();
    const { fakes, end } = await play(temporal, { plan: PLAN }, async (handle, fakes_) => {
      await untilAsked(fakes_);
      await handle.signal(SIGNALS.reject, { by: 'ops', planHash: 'another' });
      await until(() => ignored(fakes_).length > 0, 'it is told');
      await handle.signal(SIGNALS.reject, { by: 'ops', planHash: 'hash-1' });
      held.open();
    });
    expect(end).toBe('cancelled');
    expect(ignored(fakes)).toEqual([{ type: 'approval.ignored', code: 'plan_changed' }]);
  });

  test('that comes when there is nothing to reject is told', async () => {
    const held = gate();
    const { fakes, end } = await play(
      temporal,
      { plan: PLAN, hold: { a: held.opened } },
      async (handle, fakes_) => {
        await approvesAtOnce(handle, fakes_);
        await until(() => fakes_.calls.includes('call a 1.1'), 'the step runs');
        await handle.signal(SIGNALS.reject, {});
        await until(() => ignored(fakes_).length > 0, 'it is told');
        held.open();
      },
    );
    expect(end).toBe('completed');
    expect(ignored(fakes)).toEqual([{ type: 'approval.ignored', code: 'invalid_state' }]);
  });
});

describe('an update that cannot be read', () => {
  test('is refused to its sender, and the run goes on', async () => {
    const { end } = await play(temporal, { plan: PLAN }, async (handle, fakes_) => {
      await untilAsked(fakes_);
      for (const [name, sent] of [
        [UPDATES.approve, { by: 'ops' }],
        [UPDATES.approve, { by: 'ops', updateId: 'u', limits: { allowedRecipients: {} } }],
        [UPDATES.reject, { reason: 'x' }],
        [UPDATES.cancel, 'now'],
        [UPDATES.provideInput, { id: 'shade' }],
      ] as const)
        await expect(handle.executeUpdate(name, { args: [sent] })).rejects.toMatchObject({
          cause: { type: 'validation_failed' },
        });
      await approve(handle);
    });
    expect(end).toBe('completed');
  });
});
