import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { UPDATES } from '../../domain/messages.ts';
import type { Understanding } from '../../domain/plan/understanding/understanding.ts';
import type { PlanOutcome } from '../../domain/ports/planning.ts';
import type { RunSettings } from '../../domain/run-settings.ts';
import { aPaidStep, aPlan, aStep, demand, ok, type Fakes, type Script } from '../workflows/support/fakes.ts';
import { gate } from '../workflows/support/approved.ts';
import { until } from '../workflows/support/run.ts';

/** A run worth remembering: what the outside answers, and what people do meanwhile. */
export interface Scenario {
  script: Script;
  settings?: Partial<RunSettings>;
  people(handle: WorkflowHandle, fakes: Fakes): Promise<void>;
}

const undo = { url: 'http://service.test/undo', method: 'POST', params: {} };
const approve = async (handle: WorkflowHandle, planHash: string): Promise<void> => {
  await handle.executeUpdate(UPDATES.approve, { args: [{ by: 'tester', updateId: planHash, planHash }] });
};
const asked = (fakes: Fakes, planHash: string): Promise<void> =>
  until(
    () => fakes.events.some(({ key }) => key === `approval.requested:${planHash}`),
    `approval of ${planHash} is requested`,
  );

async function approveFirst(handle: WorkflowHandle, fakes: Fakes): Promise<void> {
  await asked(fakes, 'hash-1');
  await approve(handle, 'hash-1');
}

const lastStep = gate();

const understood: Understanding = {
  parts: [{ text: 'and fly me there', span: [0, 16], as: 'unavailable' }],
  assumptions: [],
  ignored: [],
  corrections: [],
  questions: [],
};
const lacking = (field: string): PlanOutcome => ({
  kind: 'needs_detail',
  message: `Say the ${field}.`,
  understanding: { ...understood, questions: [{ field, question: `Which ${field}?`, type: 'text' }] },
});
const partOfIt = aPlan([aStep('a')], { understanding: understood });
const plannedPart: PlanOutcome = {
  kind: 'planned',
  plan: partOfIt,
  cached: false,
  model: 'offline',
  intent: { classification: 'test', entities: {}, confidence: 1, requiredCapabilities: [] },
  limits: { maxCost: { amount: '1', asset: 'USDC' }, maxTimeMs: 15_000 },
};

/** One for each way through the engine; their recorded histories must replay for ever (architecture decision 15). */
export const SCENARIOS: { readonly [name: string]: Scenario } = {
  'free-parallel': {
    script: {
      plan: aPlan([
        aStep('a'),
        aStep('b', { dependencies: ['a'] }),
        aStep('c', { dependencies: ['a'] }),
        aStep('d', { dependencies: ['b', 'c'] }),
      ]),
    },
    people: approveFirst,
  },
  'quick-calls-in-the-workflow-task': {
    script: {
      plan: aPlan([aStep('a'), aPaidStep('b', '100', { dependencies: ['a'] })]),
      calls: { a: [{ kind: 'retry', code: 'HTTP_503', message: 'down' }, ok('a')], b: [demand('100')] },
    },
    settings: { localCallMs: 1000 },
    people: approveFirst,
  },
  'paid-with-resubmission': {
    script: {
      plan: aPlan([aPaidStep('a', '100')]),
      calls: { a: [demand('100')] },
      submit: [
        { kind: 'unclear', code: 'HTTP_500', message: 'oops' },
        { kind: 'settled', output: { inline: 'a' }, txHash: '0xt', timeMs: 1 },
      ],
      reconcile: [{ kind: 'alive', expiresAtMs: Date.now() + 60_000 }],
    },
    people: approveFirst,
  },
  'price-change-and-second-approval': {
    script: {
      plan: aPlan([aPaidStep('z', '10'), aPaidStep('a', '100', { dependencies: ['z'] })]),
      calls: { z: [demand('10')], a: [demand('150')] },
    },
    async people(handle, fakes) {
      await approveFirst(handle, fakes);
      await asked(fakes, 'hash-2');
      await approve(handle, 'hash-2');
    },
  },
  'failure-and-rollback': {
    script: {
      plan: aPlan([aStep('a', { compensation: undo }), aStep('b', { dependencies: ['a'] })]),
      calls: {
        b: [
          { kind: 'retry', code: 'HTTP_503', message: 'down' },
          { kind: 'failed', code: 'HTTP_403', message: 'no' },
        ],
      },
    },
    people: approveFirst,
  },
  'conditional-and-compute': {
    script: {
      plan: aPlan([
        aStep('if', { type: 'conditional', params: { then: 'yes', else: 'no', branch: 'else' } }),
        aStep('yes', { dependencies: ['if'] }),
        aStep('no', { dependencies: ['if'] }),
      ]),
    },
    people: approveFirst,
  },
  'cancelled-while-waiting': {
    script: { plan: aPlan([aStep('a')]) },
    async people(handle, fakes) {
      await asked(fakes, 'hash-1');
      await handle.signal('cancel');
    },
  },
  'cancelled-in-the-last-step': {
    script: {
      plan: aPlan([aStep('a', { compensation: undo })]),
      hold: { a: lastStep.opened },
    },
    async people(handle, fakes) {
      await approveFirst(handle, fakes);
      await until(() => fakes.calls.includes('call a 1.1'), 'the step runs');
      await handle.signal('cancel');
      lastStep.open();
    },
  },
  'run-again-from-a-step': {
    script: {
      plan: aPlan([aStep('a'), aPaidStep('b', '100', { dependencies: ['a'] })]),
      calls: { b: [demand('100')] },
      past: {
        of: 'wf_ended',
        outputs: { aOut: { inline: 'a' } },
        done: ['a'],
        skipped: [],
        paidAgain: [{ stepId: 'b', amount: '100' }],
      },
    },
    settings: { rerun: { of: 'wf_ended', fromStep: 'b' } },
    people: approveFirst,
  },
  'resumed-by-a-top-up': {
    script: {
      plan: aPlan([aPaidStep('a', '100')]),
      calls: { a: [demand('100')] },
      sign: [
        { kind: 'refused', reason: 'low_balance', message: 'not now', shortBy: '40' },
        { kind: 'signed' },
      ],
      funded: [false, true],
    },
    people: approveFirst,
  },
  'asked-twice-then-a-part-within-limits': {
    script: { plan: partOfIt, planning: [lacking('city'), lacking('guests'), plannedPart] },
    settings: { ask: true },
    async people(handle, fakes) {
      for (const [round, data] of [{ city: 'Paris' }, { guests: '2' }].entries()) {
        const key = `run.awaiting_input:detail-${round + 1}`;
        await until(() => fakes.events.some((event) => event.key === key), `${key} is told`);
        await handle.signal('input', { data });
      }
      await approveFirst(handle, fakes);
    },
  },
  'asked-in-vain': {
    script: { plan: aPlan([aStep('a')]), planning: lacking('city') },
    settings: { ask: true, answerTtlMs: 50 },
    people: async () => undefined,
  },
  'too-late-to-pay': {
    script: {
      plan: aPlan([aPaidStep('a', '100', { estimatedTime: 60_000 })]),
      calls: { a: [demand('100')] },
    },
    settings: { maxTimeMs: 10_000 },
    people: approveFirst,
  },
  lapsed: {
    script: { plan: aPlan([aStep('a')]) },
    settings: { approvalTtlMs: 50 },
    people: async () => undefined,
  },
  'deadline-crossed': {
    script: {
      plan: aPlan([
        aStep('a', {
          retryPolicy: { maxAttempts: 9, backoffMultiplier: 1, initialDelayMs: 9000, maxDelayMs: 9000 },
        }),
      ]),
      calls: { a: [{ kind: 'retry', code: 'HTTP_503', message: 'down' }] },
    },
    settings: { maxTimeMs: 200 },
    people: approveFirst,
  },
};

/** Where recordings are kept; protobuf, as Temporal stores them. */
export const historyFile = (name: string): string => join(import.meta.dirname, 'histories', name);
