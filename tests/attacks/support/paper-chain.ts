import { randomUUID } from 'node:crypto';
import { createPaymentActivities } from '../../../activities/payments/activities.ts';
import { withHash } from '../../../activities/planner/plan-hash.ts';
import type { Database } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { paymentId } from '../../../db/repositories/payments-write.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import type { Rail } from '../../../domain/payments/rail.ts';
import type { CallingActivities } from '../../../domain/ports/calling.ts';
import type { PaymentActivities } from '../../../domain/ports/payments.ts';
import type { PlanningActivities } from '../../../domain/ports/planning.ts';
import { hashOf } from '../../api/support/reasoning-activities.ts';
import { startReasoningApp, type ReasoningApp } from '../../api/support/reasoning-app.ts';
import { sampleBook, SOLANA } from '../../support/sample-catalogue.ts';

/**
 * The API on an engine whose ledger, holds and signatures are real. What is signed lands at once, on a chain of paper.
 */
export interface PaperApp {
  app: ReasoningApp;
  pay: PaymentActivities;
  /** Signatures of a run that were not sent have expired now. */
  expire(runId: string): void;
  /** How often a payment of a run was checked for money that could pay it now. */
  looks(runId: string): number;
  /** What budgets take for now; undefined is the time that it is. */
  clock: { nowMs: number | undefined };
  close(): Promise<void>;
}

/** Payments that were sent to sellers land at once. The others can land until the test lets them expire. */
const sent = new Set<string>();
const expired = new Set<string>();
const intents = new Map<string, string>();

const paper: Rail = {
  kind: 'x402-solana',
  network: SOLANA,
  payer: 'the escrow',
  refuses: () => undefined,
  shortfall: async () => undefined,
  available: async () => 10n ** 15n,
  holdsFinally: async () => 10n ** 15n,
  describe: ({ amount }) => `${amount} on paper`,
  async sign({ intentId }) {
    const nonce = hashOf(randomUUID());
    intents.set(nonce, intentId);
    const proof = {
      messageHash: nonce,
      blockhash: 'b',
      lastValidBlockHeight: 1,
      signedSlot: 1,
      account: 'a',
      memo: 'm',
    };
    return { payload: { x402Version: 2, nonce }, fingerprint: nonce, proof, fees: [] };
  },
  locate: async ({ messageHash }) =>
    sent.has(String(messageHash))
      ? { kind: 'landed', txHash: String(messageHash), final: true, position: 1 }
      : expired.has(intents.get(String(messageHash)) ?? '')
        ? { kind: 'void' }
        : { kind: 'alive', expiresAtMs: Date.now() + 60_000 },
  readIncoming: async () => ({ kind: 'found', amount: 1n, final: true, position: 2 }),
  close: () => undefined,
};

/** Sellers ask for a step's `maxPrice`, whatever was estimated, and answer what was paid. */
export async function startPaperApp(run: { approvalTtlMs?: number } = {}): Promise<PaperApp> {
  let pay: PaymentActivities | undefined;
  const ends: (() => Promise<void>)[] = [];
  const looked: string[] = [];
  const clock: PaperApp['clock'] = { nowMs: undefined };
  const app = await startReasoningApp({
    run: { reconcileIntervalMs: 20, ...run },
    activities({ db, scripted }): Partial<CallingActivities & PlanningActivities & PaymentActivities> {
      const { activities, close } = paymentsOn(db, () => clock.nowMs ?? Date.now());
      ends.push(close);
      pay = activities;
      const callService: CallingActivities['callService'] = (request) =>
        scripted.callService({ ...request, step: { ...request.step, estimatedCost: request.step.maxPrice } });
      const revisePlan: PlanningActivities['revisePlan'] = async (request) =>
        withHash(await scripted.revisePlan(request));
      const checkFunds: PaymentActivities['checkFunds'] = async (request) => {
        const answer = await activities.checkFunds(request);
        looked.push(request.intentId);
        return answer;
      };
      return { ...activities, checkFunds, callService, revisePlan };
    },
  });
  const close = async (): Promise<void> => {
    await app.close();
    for (const end of ends) await end();
  };
  const looks = (runId: string): number => looked.filter((id) => id === paymentId(runId, 'a', 1)).length;
  const expire = (runId: string): void => {
    for (const step of ['a', 'b']) for (const n of [1, 2, 3]) expired.add(paymentId(runId, step, n));
  };
  return { app, pay: pay!, expire, looks, clock, close };
}

function paymentsOn(
  db: Database,
  now: () => number,
): { activities: PaymentActivities; close: () => Promise<void> } {
  const sealer = createSealer('a key for tests only');
  const notifier = createNotifier(db.pool);
  const activities = createPaymentActivities({
    db,
    journal: createJournal(db.pool, notifier),
    values: createValues(db.pool, sealer),
    sealer,
    assets: sampleBook,
    rails: { all: [paper], find: () => paper, close: () => undefined },
    seller: {
      async call({ headers: paid = {} }) {
        for (const header of Object.values(paid)) {
          const { nonce } = JSON.parse(Buffer.from(header, 'base64').toString()) as { nonce: string };
          sent.add(nonce);
        }
        const settled = { success: true, transaction: 'paper', network: SOLANA, payer: 'the escrow' };
        const headers = { 'payment-response': Buffer.from(JSON.stringify(settled)).toString('base64') };
        return { kind: 'answered', answer: { status: 200, headers, text: '{"bought":true}' }, timeMs: 1 };
      },
    },
    sweepAges: { settledMs: 0, orphanMs: 0 },
    periodNow: async () => now(),
  });
  return { activities, close: () => notifier.close() };
}
