import { randomInt, randomUUID } from 'node:crypto';
import { createLedgerActivities } from '../../../activities/ledger/activities.ts';
import { createPaymentActivities } from '../../../activities/payments/activities.ts';
import { openDatabase } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { paymentId, saveQuote } from '../../../db/repositories/payments-write.ts';
import { insertRun } from '../../../db/repositories/runs.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import { escrowAsset } from '../../../domain/assets.ts';
import type { Rail } from '../../../domain/payments/rail.ts';
import { sampleBook, SOLANA } from '../../support/sample-catalogue.ts';

/**
 * A process of its own that spends one user's escrow, or what budgets let it, through the production code: run after run, each
 * with a random amount, until nothing is left. It says what it was granted, after it was; whoever kills it does so at any
 * moment. Of what budgets granted a quarter turns out void.
 */
const { url, userId, spends } = JSON.parse(process.argv[2] ?? '{}') as {
  url: string;
  userId: string;
  spends: 'escrow' | 'budgets';
};
const db = await openDatabase(url, { poolSize: 2 });
const notifier = createNotifier(db.pool);
const sealer = createSealer('a secret of the tests');
const usdc = escrowAsset(sampleBook, 'USDC')!;
const parts = {
  db,
  journal: createJournal(db.pool, notifier),
  values: createValues(db.pool, sealer),
  assets: sampleBook,
};
const ledger = createLedgerActivities(parts);

/** What is signed is on the chain for good at the first look, or void for good. */
const rail: Rail = {
  kind: 'x402-solana',
  network: SOLANA,
  payer: 'the escrow',
  refuses: () => undefined,
  shortfall: async () => undefined,
  available: async () => 10n ** 15n,
  holdsFinally: async () => 10n ** 15n,
  describe: ({ amount }) => `${amount} on paper`,
  sign: async ({ intentId }) => ({ payload: {}, fingerprint: intentId, proof: { intentId }, fees: [] }),
  locate: async ({ intentId }) =>
    isVoid(String(intentId))
      ? { kind: 'void' }
      : { kind: 'landed', txHash: String(intentId), final: true, position: 1 },
  readIncoming: async () => ({ kind: 'absent' }),
  close: () => undefined,
};
const isVoid = (intentId: string): boolean => Number.parseInt(intentId.slice(-1), 16) % 4 === 0;
const payments = createPaymentActivities({
  ...parts,
  sealer,
  seller: { call: () => Promise.reject(new Error('No seller is called here.')) },
  rails: { all: [rail], find: () => rail, close: () => undefined },
});

/** As Temporal would: an answer that was lost is asked for again. */
async function reserve(runId: string, upTo: string): Promise<'granted' | 'full'> {
  const request = { ride: { runId, events: [] }, runId, revision: 1, upTo, asset: 'USDC' };
  const [outcome, again] = [await ledger.reserveForRun(request), await ledger.reserveForRun(request)];
  if (outcome.kind === 'reserved' && again.kind !== 'reserved') throw new Error('A repetition was refused.');
  return outcome.kind === 'reserved' ? 'granted' : 'full';
}

/** `full`: the wide budget has no room. The narrow one may have none long before, and a void payment is no refusal. */
async function pay(runId: string, amount: string): Promise<'granted' | 'full' | 'not now'> {
  const service = randomInt(2) === 0 ? 'narrow' : 'wide';
  const intentId = paymentId(runId, 'a', 1);
  const offer = { scheme: 'exact', network: SOLANA, asset: usdc.address, amount, payTo: 'seller' };
  await saveQuote(db.pool, {
    id: intentId,
    tenant: 'default',
    run_id: runId,
    step_id: 'a',
    generation: 1,
    rail: rail.kind,
    network: SOLANA,
    asset: usdc.id,
    amount,
    pay_to: 'seller',
    service,
    quote_sealed: sealer.seal('payment.quote', { x402Version: 2, resource: null, extensions: {}, offer }),
  });
  const request = { ride: { runId, events: [] }, runId, intentId };
  const [outcome, again] = [
    await payments.signPayment({ ...request, signBeforeMs: Infinity }),
    await payments.signPayment({ ...request, signBeforeMs: Infinity }),
  ];
  if (outcome.kind === 'signed' && again.kind !== 'signed') throw new Error('A repetition was refused.');
  if (outcome.kind !== 'signed') return service === 'wide' ? 'full' : 'not now';
  await payments.reconcilePayment(request);
  return isVoid(intentId) ? 'not now' : 'granted';
}

process.send?.({ type: 'ready' });
for (let refusals = 0; refusals < (spends === 'escrow' ? 20 : 10);) {
  const runId = `run_${randomUUID()}`;
  const run = {
    id: runId,
    tenant: 'default',
    family: 'test',
    kind: 'test',
    subject: userId,
    workflowId: runId,
  };
  await insertRun(db.pool, sealer, { ...run, input: {}, settings: {} });
  const amount = String(randomInt(1, 5000));
  const outcome = spends === 'escrow' ? await reserve(runId, amount) : await pay(runId, amount);
  if (outcome === 'granted') process.send?.({ type: 'granted', amount });
  if (outcome === 'full') refusals++;
}
process.send?.({ type: 'done' });
await notifier.close();
await db.close();
process.disconnect?.();
