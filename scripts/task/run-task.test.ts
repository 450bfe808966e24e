import { describe, expect, test } from 'vitest';
import type { Plan } from '../../schemas/families/reasoning/plan.ts';
import type { Workflow, WorkflowEvent } from '../../schemas/families/reasoning.ts';
import { StewardError, type Approval, type NewWorkflow } from '../../sdk/index.ts';
import { runTask } from './run-task.ts';
import type { End, TaskClient } from './task.ts';
import type { Wish } from './wish.ts';

const HASH = 'a'.repeat(64);
const plan = {
  steps: [],
  totalEstimatedCost: 0.09,
  totalEstimatedTime: 80,
  asset: 'USDC',
  revision: 1,
  planHash: HASH,
  limits: { maxTotalAmount: 0.5 },
} as unknown as Plan;

const QUESTION = { field: 'city', question: 'In which city?', type: 'text' as const };
const awaitingInput = { id: 'q1', questions: [QUESTION], expiresAt: '2026-12-01T00:00:00.000Z' };

interface Script {
  /** What the run asks first. */
  detail?: boolean;
  reason?: Workflow['approvalReason'];
  refuse?: StewardError;
}

type Call = ['create', NewWorkflow] | ['approve', Approval] | ['answer', unknown] | ['cancel', string];

/** A server that asks for a detail if it is told to, then for approval, and is done then. */
function fakeServer(script: Script) {
  const calls: Call[] = [];
  let status: Workflow['status'] = 'planning';
  let wake = (): void => undefined;
  let made = 0;
  const now = (): Workflow['status'] => status;
  const move = (next: Workflow['status']): void => {
    status = next;
    wake();
  };
  const event = (type: WorkflowEvent['type'], data: WorkflowEvent['data'] = {}): WorkflowEvent => ({
    workflowId: `wf_${made}`,
    type,
    data,
    timestamp: 1,
    seq: 1,
  });
  async function* stream(_id: string, { signal }: { signal?: AbortSignal } = {}) {
    if (script.detail) {
      status = 'awaiting_input';
      yield event('workflow.awaiting_input', { question: 'q1' });
    }
    status = 'awaiting_approval';
    yield event('workflow.awaiting_approval', { reason: script.reason ?? 'initial', planHash: HASH });
    await new Promise<void>((resolve, reject) => {
      wake = resolve;
      if (now() !== 'awaiting_approval') resolve();
      signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    });
    yield event(now() === 'completed' ? 'workflow.completed' : 'workflow.cancelled');
  }
  const client = {
    stream,
    createWorkflow: (task: NewWorkflow) => {
      calls.push(['create', task]);
      return Promise.resolve({ id: `wf_${++made}`, status: 'planning', createdAt: '' });
    },
    getWorkflow: (id: string) =>
      Promise.resolve({
        id,
        status,
        approvalReason: script.reason ?? 'initial',
        executionPlan: plan,
        awaitingInput,
      }),
    approve: (_id: string, approval: Approval) => {
      calls.push(['approve', approval]);
      const refusal = script.refuse;
      delete script.refuse;
      if (refusal !== undefined) return Promise.reject(refusal);
      move('completed');
      return Promise.resolve({ success: true, message: '' });
    },
    answer: (_id: string, data: unknown) => {
      calls.push(['answer', data]);
      return Promise.resolve();
    },
    cancel: (id: string) => {
      calls.push(['cancel', id]);
      move('cancelled');
      return Promise.resolve('cancelled');
    },
  } as unknown as TaskClient;
  return { client, calls };
}

const WISH: Wish = {
  what: { task: 'Get the price of SOL' },
  maxCost: undefined,
  maxTimeMs: undefined,
  ask: true,
  yes: false,
  acceptPartial: false,
  json: false,
  out: undefined,
};

async function run(
  script: Script,
  wish: Partial<Wish>,
  typed: (string | (() => string | undefined))[] = [],
  stop = new AbortController(),
): Promise<{ end: End; calls: Call[]; said: string }> {
  const { client, calls } = fakeServer(script);
  const said: string[] = [];
  const end = await runTask({
    client,
    wish: { ...WISH, ...wish },
    user: 'ann',
    ask: () => {
      const next = typed.shift();
      return Promise.resolve(typeof next === 'function' ? next() : next);
    },
    report: { say: (line) => said.push(line), event: (_event, line) => void (line && said.push(line)) },
    decimalsOf: () => undefined,
    interrupted: stop.signal,
    resumeWith: (id) => `steward task --resume ${id}`,
    fundWith: 'Money: steward fund ann',
  });
  return { end, calls, said: said.join('\n') };
}

const create: Call = ['create', { userId: 'ann', input: 'Get the price of SOL', ask: true }];

describe('a person who is asked', () => {
  test('approves the plan that was shown, and no other', async () => {
    const { end, calls, said } = await run({}, {}, ['', 'a']);
    expect(end).toMatchObject({ kind: 'ended', workflow: { status: 'completed' } });
    expect(calls).toEqual([create, ['approve', { planHash: HASH }]]);
    expect(said).toContain('Total: 0.09 USDC');
    expect(said).toContain('Type one of the letters in brackets.');
  });

  test('approves with limits, each of which may be left as it is', async () => {
    const payee = 'x'.repeat(32);
    const { calls } = await run({}, {}, ['l', 'much', '0.2', '', payee, '']);
    expect(calls[1]).toEqual([
      'approve',
      { planHash: HASH, limits: { maxTotalAmount: '0.2', allowedRecipients: [payee] } },
    ]);
    const asPlanned = await run({}, {}, ['l', '', '', '', '']);
    expect(asPlanned.calls[1]).toEqual(['approve', { planHash: HASH }]);
  });

  test('declines, and the run is cancelled', async () => {
    const { end, calls } = await run({}, {}, ['d']);
    expect(end).toEqual({ kind: 'cancelled', id: 'wf_1' });
    expect(calls).toEqual([create, ['cancel', 'wf_1']]);
  });

  test('edits: the first run is cancelled, and the new words are a run of their own', async () => {
    const { end, calls } = await run({}, {}, ['e', 'short', 'Get the price of BTC', 'a']);
    expect(end).toMatchObject({ kind: 'ended', workflow: { id: 'wf_2' } });
    expect(calls).toEqual([
      create,
      ['cancel', 'wf_1'],
      ['create', { userId: 'ann', input: 'Get the price of BTC', ask: true }],
      ['approve', { planHash: HASH }],
    ]);
  });

  test('answers what is missing, and then approves', async () => {
    const { calls, said } = await run({ detail: true }, {}, ['', 'Paris', 'a']);
    expect(calls).toEqual([create, ['answer', { city: 'Paris' }], ['approve', { planHash: HASH }]]);
    expect(said).toContain('In which city? [city]');
  });

  test('is told what lacks where the escrow is short, and may approve again', async () => {
    const refuse = new StewardError(400, { code: 'insufficient_escrow', detail: 'Available: 0.' });
    const { end, calls, said } = await run({ refuse }, {}, ['a', 'a']);
    expect(end.kind).toBe('ended');
    expect(calls.filter(([kind]) => kind === 'approve')).toHaveLength(2);
    expect(said).toContain('Available: 0.\nMoney: steward fund ann');
  });

  test('who says nothing any more leaves it waiting', async () => {
    const { end, calls, said } = await run({}, {}, []);
    expect(end).toEqual({ kind: 'unanswered', id: 'wf_1' });
    expect(calls).toEqual([create]);
    expect(said).toContain('Go on with: steward task --resume wf_1');
  });

  test('who presses Ctrl-C cancels what has not begun', async () => {
    const stop = new AbortController();
    const press = (): undefined => {
      stop.abort();
      return undefined;
    };
    const { end, calls } = await run({}, {}, [press], stop);
    expect(end).toEqual({ kind: 'cancelled', id: 'wf_1' });
    expect(calls).toEqual([create, ['cancel', 'wf_1']]);
  });
});

test('Ctrl-C while it runs leaves it running, and says how to see it again', async () => {
  const stop = new AbortController();
  const { client, calls } = fakeServer({});
  const said: string[] = [];
  const end = await runTask({
    client: {
      ...client,
      getWorkflow: async (id) => ({ ...(await client.getWorkflow(id)), status: 'executing' }),
    },
    wish: { ...WISH, what: { resume: 'wf_9' } },
    user: 'ann',
    ask: () => Promise.reject(new Error('it runs, so nothing is asked')),
    report: { say: (line) => said.push(line), event: () => stop.abort() },
    decimalsOf: () => undefined,
    interrupted: stop.signal,
    resumeWith: (id) => `steward task --resume ${id}`,
    fundWith: '',
  });
  expect(end).toEqual({ kind: 'left', id: 'wf_9' });
  expect(calls).toEqual([]);
  expect(said).toEqual(['The run goes on. See it again with: steward task --resume wf_9']);
});

describe('where nobody is asked', () => {
  const alone = { ask: false, yes: true, maxCost: '0.5' };

  test('the plan is approved up to the maximum', async () => {
    const { calls } = await run({}, alone);
    expect(calls).toEqual([
      ['create', { userId: 'ann', input: 'Get the price of SOL', maxCost: '0.5' }],
      ['approve', { planHash: HASH, limits: { maxTotalAmount: '0.5' }, acceptPartial: false }],
    ]);
  });

  test('a plan that costs more is left waiting', async () => {
    const { end, calls } = await run({}, { ...alone, maxCost: '0.08' });
    expect(end.kind).toBe('unanswered');
    expect(calls.map(([kind]) => kind)).toEqual(['create']);
  });

  test('a part of the task is agreed to only if that was said', async () => {
    const refused = await run({ reason: 'partial' }, alone);
    expect(refused.end.kind).toBe('unanswered');
    expect(refused.said).toContain('--accept-partial');
    const agreed = await run({ reason: 'partial' }, { ...alone, acceptPartial: true });
    expect(agreed.calls[1]).toEqual([
      'approve',
      { planHash: HASH, limits: { maxTotalAmount: '0.5' }, acceptPartial: true },
    ]);
  });

  test('a run that was begun before is gone on with, and none is created', async () => {
    const { end, calls } = await run({}, { ...alone, what: { resume: 'wf_9' } });
    expect(end).toMatchObject({ kind: 'ended', workflow: { id: 'wf_9' } });
    expect(calls.map(([kind]) => kind)).toEqual(['approve']);
  });
});
