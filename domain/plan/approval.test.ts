import { describe, expect, test } from 'vitest';
import type { ApproveRequest } from '../messages.ts';
import { NOTHING_ASKED, stepGate } from './approval.ts';
import type { GateFacts, GateMessage, GateReply, GateState, Grant } from './approval-state.ts';
import type { Plan } from './plan.ts';

const planOf = (planHash: string, more: Partial<Plan> = {}): Plan =>
  ({
    planHash,
    asset: 'USDC',
    totalEstimatedCost: '100',
    limits: { maxTotalAmount: '150' },
    ...more,
  }) as Plan;
const PLAN = planOf('h1');
const FACTS: GateFacts = { status: 'awaiting_approval', stopping: false, nowMs: 1000, approvalTtlMs: 500 };
const request = (more: Partial<ApproveRequest> = {}): ApproveRequest => ({
  by: 'ada',
  updateId: 'u',
  ...more,
});

/** A plan that does only a part of what was asked. */
const PART = planOf('h1', {
  understanding: {
    parts: [
      { text: 'translate this', span: [0, 14], as: 'task', step: 'translate' },
      { text: 'book a hotel in Munich', span: [20, 42], as: 'unavailable' },
    ],
    assumptions: [],
    ignored: [],
    corrections: [],
    questions: [],
  },
});
const part: GateMessage = { kind: 'asked', plan: PART, partial: true };

/** The state and the last reply after these messages. */
function after(messages: GateMessage[], facts: Partial<GateFacts> = {}, from: GateState = NOTHING_ASKED) {
  let state = from;
  let reply: GateReply = { kind: 'noted' };
  for (const message of messages) [state, reply] = stepGate(state, message, { ...FACTS, ...facts });
  return { state, reply };
}
const asked: GateMessage = { kind: 'asked', plan: PLAN };
const approve = (more: Partial<ApproveRequest> = {}): GateMessage => ({
  kind: 'approve',
  request: request(more),
});
const reserved = (more: Partial<ApproveRequest> = {}): GateMessage => ({
  kind: 'reserved',
  request: request(more),
});
const reject: GateMessage = { kind: 'reject', request: { by: 'bob', reason: 'too dear' } };
const refusalOf = ({ reply }: { reply: GateReply }) => (reply.kind === 'refused' ? reply.refusal : undefined);

const grant: Grant = { planHash: 'h1', limits: { maxTotalAmount: '150' }, expiresAtMs: 1500, by: 'ada' };

describe('an approval before its plan', () => {
  test.each<[string, Partial<ApproveRequest>, Partial<GateFacts>]>([
    ['names its plan', { planHash: 'h1' }, {}],
    ['names a maximum', { limits: { maxTotalAmount: '100' } }, {}],
    ['has the user’s ceiling', {}, { maxCost: '100' }],
  ])('is kept when it %s', (_how, more, facts) => {
    expect(after([approve(more)], facts)).toEqual({ state: NOTHING_ASKED, reply: { kind: 'keep' } });
  });

  test('is refused when nothing binds it, as it would approve anything', () => {
    expect(refusalOf(after([approve()]))).toMatchObject({ code: 'invalid_state' });
    expect(refusalOf(after([approve({ limits: { maxPerTransaction: '5' } })]))?.code).toBe('invalid_state');
  });

  test('is refused when the run is ending', () => {
    const refusal = refusalOf(after([approve({ planHash: 'h1' })], { stopping: true }));
    expect(refusal?.message).toBe('The run is ending; there will be nothing to approve.');
  });

  test.each<[string, Partial<ApproveRequest>, string | undefined]>([
    ['a dearer plan than its maximum', { limits: { maxTotalAmount: '99' } }, 'invalid_state'],
    ['a plan at its maximum', { limits: { maxTotalAmount: '100' } }, undefined],
    [
      'the plan it names, whatever that costs',
      { planHash: 'h1', limits: { maxTotalAmount: '1' } },
      undefined,
    ],
    ['another plan than it names', { planHash: 'h0' }, 'plan_changed'],
  ])('meets %s', (_what, more, code) => {
    const early: GateMessage = { kind: 'approve', request: request(more), early: true };
    expect(refusalOf(after([asked, early]))?.code).toBe(code);
  });

  test('that was kept under the user’s ceiling does not approve a plan beyond it', () => {
    const early: GateMessage = { kind: 'approve', request: request(), early: true };
    expect(refusalOf(after([asked, early], { maxCost: '99' }))?.code).toBe('invalid_state');
    expect(refusalOf(after([asked, early], { maxCost: '100' }))).toBeUndefined();
  });
});

describe('a plan that does only a part of what was asked', () => {
  const early = (more: Partial<ApproveRequest>): GateMessage => ({
    kind: 'approve',
    request: request(more),
    early: true,
  });

  test.each<[string, Partial<ApproveRequest>]>([
    ['names a maximum', { limits: { maxTotalAmount: '1000' } }],
    ['names its hash, as nobody had seen what it leaves out', { planHash: 'h1' }],
    ['says that a part is not enough', { planHash: 'h1', acceptPartial: false }],
  ])('is not bound by an approval that came before it and %s', (_what, more) => {
    const { state, reply } = after([part, early(more)]);
    expect(refusalOf({ reply })).toEqual({
      code: 'partial_plan',
      message:
        'The plan does only a part of what was asked. No service does "book a hotel in Munich". Look at the plan, then approve planHash h1, or accept a part (acceptPartial).',
    });
    expect(state).toEqual({ plan: PART, granting: false, partial: true });
  });

  test.each<[string, GateMessage]>([
    ['accepts a part, before it', early({ acceptPartial: true, limits: { maxTotalAmount: '100' } })],
    ['accepts a part', approve({ acceptPartial: true })],
    ['names its hash once it was shown', approve({ planHash: 'h1' })],
  ])('is approved by whoever %s', (_what, message) => {
    expect(after([part, message]).reply.kind).toBe('reserve');
  });

  test('is not approved by somebody who names neither, or says that a part is not enough', () => {
    expect(refusalOf(after([part, approve()]))?.code).toBe('partial_plan');
    const unwilling = approve({ planHash: 'h1', acceptPartial: false });
    expect(refusalOf(after([part, unwilling]))?.code).toBe('partial_plan');
  });

  test('was agreed to once: its revisions are approved like any other', () => {
    expect(after([part, { kind: 'asked', plan: PART }, approve()]).reply.kind).toBe('reserve');
  });

  test('that is approved twice is granted once', () => {
    const accepted = { acceptPartial: true };
    const again = after([part, approve(accepted), reserved(accepted), approve()]);
    expect(again.reply).toMatchObject({ kind: 'granted', grant: { planHash: 'h1' } });
  });

  test('names no more parts than a person reads', () => {
    const parts = Array.from({ length: 9 }, (_, n) => ({
      text: `part ${n} ${'x'.repeat(500)}`,
      span: [n, n + 1] as [number, number],
      as: 'unavailable' as const,
    }));
    const plan = planOf('h1', { understanding: { ...PART.understanding!, parts } });
    const message = refusalOf(after([{ kind: 'asked', plan, partial: true }, approve()]))?.message ?? '';
    expect(message).toContain(' and more. Look at');
    expect(message.length).toBeLessThan(1000);
  });
});

describe('an approval of an open plan', () => {
  test('sets money aside first, up to the limits it names', () => {
    const { state, reply } = after([asked, approve({ limits: { maxTotalAmount: '120' } })]);
    expect(reply).toEqual({ kind: 'reserve', limits: { maxTotalAmount: '120' } });
    expect(state).toMatchObject({ granting: true });
    expect(state.decision).toBeUndefined();
  });

  test('is granted once the money is there, for as long as an approval lasts', () => {
    const { state, reply } = after([asked, approve(), reserved()]);
    expect(reply).toEqual({ kind: 'granted', grant });
    expect(state).toEqual({
      plan: PLAN,
      granting: false,
      decision: { kind: 'granted', grant, resumed: false },
    });
  });

  test('keeps its own end, its sender’s rights and a wallet’s proof', () => {
    const authority = { kind: 'key', key_id: 'k', subject: 'ada', scopes: ['approve'], checked_at: 'now' };
    const proof = { wallet: 'w' } as unknown as NonNullable<ApproveRequest['proof']>;
    const more = { expiresAtMs: 1077, authority, proof };
    expect(after([asked, approve(more), reserved(more)]).reply).toEqual({
      kind: 'granted',
      grant: { ...grant, expiresAtMs: 1077, authority, proof },
    });
  });

  test.each([0, 1000])(
    'whose own end is past (%s) grants nothing, as nothing could be paid',
    (expiresAtMs) => {
      expect(refusalOf(after([asked, approve({ expiresAtMs })]))?.code).toBe('approval_expired');
      expect(refusalOf(after([asked, reserved({ expiresAtMs })]))?.code).toBe('approval_expired');
    },
  );

  test('that is repeated gets the same grant, whoever repeats it', () => {
    const again = after([asked, approve(), reserved(), approve({ by: 'bob' })]);
    expect(again.reply).toEqual({ kind: 'granted', grant });
    expect(again.state.granting).toBe(false);
  });

  test('waits while another one is being granted', () => {
    const { state, reply } = after([asked, approve(), approve({ by: 'bob' })]);
    expect([reply.kind, state.granting]).toEqual(['wait', true]);
  });

  test('lets the next one try when there was not enough money', () => {
    const refusal = { code: 'insufficient_escrow' as const, message: 'Please top up.' };
    const short = after([asked, approve(), { kind: 'reserved', request: request(), refusal }]);
    expect(short.reply).toEqual({ kind: 'refused', refusal });
    expect(short.state).toEqual({ plan: PLAN, granting: false });
    expect(after([approve()], {}, short.state).reply.kind).toBe('reserve');
  });

  test.each<[string, Partial<ApproveRequest>, Partial<GateFacts>, string]>([
    ['of another plan', { planHash: 'h0' }, {}, 'plan_changed'],
    ['in another asset', { asset: 'SOL' }, {}, 'invalid_state'],
    ['of a run that is to stop', {}, { stopping: true }, 'invalid_state'],
  ])('%s is refused', (_what, more, facts, code) => {
    const { state } = after([asked]);
    expect(refusalOf(after([approve(more)], facts, state))?.code).toBe(code);
  });

  test.each<[string, GateMessage[], Partial<GateFacts>, string]>([
    ['the run was told to stop', [], { stopping: true }, 'invalid_state'],
    ['somebody rejected the plan', [reject], {}, 'invalid_state'],
    ['its time passed', [{ kind: 'lapse' }], {}, 'approval_expired'],
  ])('is refused after all when %s while money was set aside', (_what, meanwhile, facts, code) => {
    const before = after([asked, approve(), ...meanwhile]);
    const { state, reply } = after([reserved()], facts, before.state);
    expect(refusalOf({ reply })?.code).toBe(code);
    expect(state).toEqual({ ...before.state, granting: false });
  });
});

describe('a plan that was decided', () => {
  test('against takes no approval, and says what the run is', () => {
    const { state, reply } = after([asked, reject, approve()]);
    expect(state.decision).toEqual({ kind: 'rejected', by: 'bob', reason: 'too dear' });
    expect(refusalOf({ reply })?.message).toBe('The run is awaiting_approval; there is nothing to approve.');
  });

  test('by nobody in time takes no approval', () => {
    expect(refusalOf(after([asked, { kind: 'lapse' }, approve()]))?.code).toBe('approval_expired');
  });

  test('is decided: it neither lapses nor is rejected afterwards', () => {
    const granted = after([asked, approve(), reserved()]).state;
    expect(after([{ kind: 'lapse' }], {}, granted).state).toEqual(granted);
    const late = after([reject], { status: 'running' }, granted);
    expect([late.state, refusalOf(late)?.message]).toEqual([granted, 'The run is running.']);
  });

  test('gives way to the next plan, which is decided anew', () => {
    const { state } = after([asked, approve(), reserved(), { kind: 'asked', plan: planOf('h2') }]);
    expect(state).toEqual({ plan: planOf('h2'), granting: false });
    expect(refusalOf(after([approve({ planHash: 'h1' })], {}, state))?.code).toBe('plan_changed');
  });
});

describe('a rejection', () => {
  test('needs a plan', () => {
    const { state, reply } = after([reject], { status: 'planning' });
    expect([state, refusalOf({ reply })?.message]).toEqual([NOTHING_ASKED, 'The run is planning.']);
  });

  test('of a plan that changed rejects nothing', () => {
    const { state, reply } = after([asked, { kind: 'reject', request: { by: 'bob', planHash: 'h0' } }]);
    expect(refusalOf({ reply })?.code).toBe('plan_changed');
    expect(state.decision).toBeUndefined();
  });
});

describe('money that was missing', () => {
  const before: Grant = { ...grant, planHash: 'h1', expiresAtMs: 5000 };
  const paused: GateMessage = { kind: 'asked', plan: planOf('h2') };

  test('resumes the plan under what was granted before, and says so once', () => {
    const { state, reply } = after([paused, { kind: 'funded', grant: before }]);
    const resumed = { ...before, planHash: 'h2', by: 'ada, resumed by a top-up' };
    expect(reply).toEqual({ kind: 'granted', grant: resumed });
    expect(state.decision).toEqual({ kind: 'granted', grant: resumed, resumed: true });
    const again = after([
      { kind: 'asked', plan: planOf('h3') },
      { kind: 'funded', grant: resumed },
    ]);
    expect(again.reply).toMatchObject({ grant: { by: 'ada, resumed by a top-up' } });
  });

  test.each<[string, GateMessage[], Partial<GateFacts>]>([
    ['that grant is over', [paused], { nowMs: 5000 }],
    ['the run is to stop', [paused], { stopping: true }],
    ['somebody decided', [paused, reject], {}],
    ['an approval is being granted', [paused, approve()], {}],
    ['nothing was asked', [], {}],
  ])('resumes nothing when %s', (_what, messages, facts) => {
    const { state } = after(messages);
    expect(after([{ kind: 'funded', grant: before }], facts, state)).toEqual({
      state,
      reply: { kind: 'noted' },
    });
  });
});
