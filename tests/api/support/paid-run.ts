import { withHash } from '../../../activities/planner/plan-hash.ts';
import type { Database } from '../../../db/database.ts';
import { applyTransfer, closeTransfer } from '../../../db/ledger.ts';
import { movePayment, paymentId, saveQuote } from '../../../db/repositories/payments-write.ts';
import { drawReserve, releaseReserve } from '../../../db/repositories/run-money.ts';
import { createSealer } from '../../../db/sealing.ts';
import { escrowAccount, worldAccount } from '../../../domain/accounts.ts';
import { move } from '../../../domain/ledger.ts';
import { paymentEntries } from '../../../domain/payments/entries.ts';
import { purseFor } from '../../../domain/payments/purse.ts';
import type { JournalEvent } from '../../../domain/ports/journal.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { sampleBook, SOLANA } from '../../support/sample-catalogue.ts';
import { aPlan } from '../../workflows/support/fakes.ts';
import { paidStep, SELLER } from './reasoning-plans.ts';
import { hashOf } from './reasoning-activities.ts';
import type { createWriter } from './streams.ts';

const held = sampleBook.assets.find(({ code, network }) => code === 'USDC' && network === SOLANA)!;
const sealer = createSealer('a secret of the tests');
const PRICE = 750_000n;

export interface PaidRun {
  id: string;
  intentId: string;
  output: JsonObject;
  /** Writes the terminal event: the payment is settled, its hold pending. */
  end(): Promise<void>;
  /** What the sweep does when the chain has made the payment final. */
  finalize(): Promise<void>;
}

/** A run that paid for one step, written by production's own code into its own tables. Only the chain is made up. */
export async function writePaidRun(
  db: Database,
  writer: ReturnType<typeof createWriter>,
  { id, tenant = 'default', subject = 'user-1' }: { id: string; tenant?: string; subject?: string },
): Promise<PaidRun> {
  await writer.run(id, tenant, 'probe', subject);
  const plan = withHash(aPlan([paidStep('a', PRICE.toString())], { limits: { maxTotalAmount: '1000000' } }));
  const purse = purseFor(sampleBook, { id, tenant, subject, purse: { kind: 'escrow' } }, held.id);
  const intentId = paymentId(id, 'a', 1);
  const txHash = hashOf(`transaction of ${id}`);
  const output = { answer: id };
  await applyTransfer(db.pool, {
    id: `deposit:${id}`,
    kind: 'deposit',
    state: 'posted',
    tenant,
    entries: move(worldAccount(held), escrowAccount(tenant, subject, held), 2_000_000n),
  });
  await writer.emit(id, ...begun(id, plan as unknown as JsonObject, plan.planHash));
  await drawReserve(db.pool, purse, `reserve:${id}:1`, 1_000_000n);
  await saveQuote(db.pool, {
    id: intentId,
    tenant,
    run_id: id,
    step_id: 'a',
    generation: 1,
    rail: 'x402-solana',
    network: SOLANA,
    asset: held.id,
    amount: PRICE.toString(),
    pay_to: SELLER,
    quote_sealed: sealer.seal('payment.quote', { secret: 'quote' }),
  });
  const parties = { tenant, runId: id, payTo: SELLER, held, paid: held };
  await applyTransfer(db.pool, {
    id: `payment:${intentId}`,
    kind: 'payment',
    state: 'pending',
    tenant,
    runId: id,
    stepId: 'a',
    entries: paymentEntries(parties, PRICE),
  });
  await movePayment(db.pool, intentId, ['quoted'], 'prepared');
  await movePayment(db.pool, intentId, ['prepared'], 'signed', {
    proof: { ...proof(id), output: { inline: { kept: 'beside' } } },
    signed: {
      sealed: sealer.seal('payment.signed', { bearer: 'money' }),
      fingerprint: `solana:${hashOf(id)}`,
    },
  });
  await movePayment(db.pool, intentId, ['signed'], 'settled', { txHash });
  return {
    id,
    intentId,
    output,
    end: async () => {
      await db.transaction((client) => releaseReserve(client, purse));
      await writer.emit(id, ended(output));
    },
    finalize: async () => {
      await closeTransfer(db.pool, `payment:${intentId}`, 'posted');
      await movePayment(db.pool, intentId, ['settled'], 'settled', { finalized: true });
    },
  };
}

const proof = (id: string): JsonObject => ({
  messageHash: hashOf(id),
  blockhash: 'a blockhash',
  lastValidBlockHeight: 200,
  signedSlot: 50,
  account: 'the account of the escrow',
  memo: 'a memo',
});

function begun(id: string, plan: JsonObject, planHash: string): JournalEvent[] {
  const limits = { maxTotalAmount: '1000000' };
  const approval = { id: `${id}:1` };
  const asked = { reason: 'initial', plan_hash: planHash, payees: [SELLER] };
  const granted = { limits, expires_at: '2030-01-01T00:00:00.000Z' };
  return [
    { key: 'plan', type: 'run.plan_ready', data: { plan }, view: { plan } },
    {
      key: 'asked',
      type: 'approval.requested',
      data: { planHash },
      status: 'awaiting_approval',
      approval: { ...approval, status: 'pending', data: asked },
    },
    {
      key: 'granted',
      type: 'approval.granted',
      data: { planHash, by: 'user-1' },
      approval: { ...approval, status: 'approved', by: 'user-1', data: { granted } },
    },
    { key: 'running', type: 'run.running', data: { planHash }, status: 'running' },
    { key: 'a', type: 'step.completed', data: {}, step: { id: 'a', status: 'completed' } },
  ];
}

const ended = (output: JsonObject): JournalEvent => ({
  key: 'run.completed',
  type: 'run.completed',
  status: 'completed',
  data: { output },
  view: { output, cost: [{ amount: '0.75', asset: 'USDC' }] },
});
