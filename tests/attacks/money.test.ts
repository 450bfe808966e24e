import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPaymentActivities } from '../../activities/payments/activities.ts';
import type { PaymentDeps } from '../../activities/payments/tools.ts';
import { getPayment, transferOf } from '../../db/repositories/payments-write.ts';
import { holdWithdrawal } from '../../db/escrow/withdrawals.ts';
import { createValues } from '../../db/values.ts';
import {
  BOOK,
  NETWORK,
  NOTHING,
  TENANT,
  USDC,
  closeMoney,
  journal,
  db,
  escrowOf,
  finish,
  newJob,
  openMoney,
  reserve,
  reserveOf,
  sealer,
  sign,
  stage,
  submit,
} from './support/money.ts';

beforeAll(openMoney);
afterAll(closeMoney);

describe('a run that ends', () => {
  test('after it signed and before it sent gets its money back once the signature has expired', async () => {
    const { pay, ledger, world } = stage();
    const job = await newJob(150n);
    await ledger.reserveForRun(reserve(job));
    await pay.signPayment(sign(job));
    await ledger.finishRun(finish(job));
    await pay.sweepPayments({ limit: 100 });
    expect(await reserveOf(job)).toEqual({ posted: 100n, held: 100n, available: 0n });
    world.sighting = { kind: 'void' };
    await pay.sweepPayments({ limit: 100 });
    expect((await getPayment(db.pool, job.intentId))?.status).toBe('void');
    expect((await escrowOf(job)).available).toBe(150n);
  });

  test('hands a payment that nobody can prove anything about to a person', async () => {
    const { pay, ledger, world } = stage();
    const job = await newJob(150n);
    await ledger.reserveForRun(reserve(job));
    await pay.signPayment(sign(job));
    await ledger.finishRun(finish(job));
    world.sighting = { kind: 'unproven', absent: false, message: 'The node no longer holds the history.' };
    const attention = async () =>
      (await db.pool.query('select kind, detail from attention where run_id = $1', [job.runId])).rows;
    await pay.sweepPayments({ limit: 100 });
    expect(await attention()).toEqual([]);
    world.now += 3_600_000;
    await pay.sweepPayments({ limit: 100 });
    expect(await attention()).toEqual([{ kind: 'payment_unknown', detail: world.sighting.message }]);
    expect(await getPayment(db.pool, job.intentId)).toMatchObject({ status: 'signed' });
    expect(await reserveOf(job)).toEqual({ posted: 100n, held: 100n, available: 0n });
  });

  test('keeps a payment unknown after a reorganisation took it back, until it is proven again', async () => {
    const { pay, ledger, world } = stage();
    const job = await newJob(150n);
    await ledger.reserveForRun(reserve(job));
    await pay.signPayment(sign(job));
    const look = () =>
      pay.reconcilePayment({
        ride: { runId: job.runId, events: [] },
        intentId: job.intentId,
      });
    world.sighting = { kind: 'landed', txHash: '0xt', final: false, position: 1 };
    await look();
    await ledger.finishRun(finish(job));
    world.sighting = { kind: 'unproven', absent: true, message: 'gone' };
    await look();
    await look();
    expect(await getPayment(db.pool, job.intentId)).toMatchObject({ status: 'unknown', finalized: false });
    world.sighting = { kind: 'landed', txHash: '0xu', final: true, position: 2 };
    await look();
    expect(await getPayment(db.pool, job.intentId)).toMatchObject({ status: 'settled', finalized: true });
    expect((await escrowOf(job)).available).toBe(50n);
  });

  test('while a payment is unknown keeps its hold, and gives it back when the payment is void', async () => {
    const { pay, ledger, world } = stage();
    const job = await newJob(150n);
    await ledger.reserveForRun(reserve(job));
    await pay.signPayment(sign(job));
    await pay.submitPayment(submit(job));
    await ledger.finishRun(finish(job));
    expect(await reserveOf(job)).toEqual({ posted: 100n, held: 100n, available: 0n });
    expect((await escrowOf(job)).available).toBe(50n);
    world.sighting = { kind: 'void' };
    await pay.sweepPayments({ limit: 100 });
    expect(await reserveOf(job)).toEqual(NOTHING);
    expect((await escrowOf(job)).available).toBe(150n);
  });

  test('while a payment is unknown pays it when it turns out to have settled, once', async () => {
    const { pay, ledger, world } = stage();
    const job = await newJob(150n);
    await ledger.reserveForRun(reserve(job));
    await pay.signPayment(sign(job));
    await pay.submitPayment(submit(job));
    await ledger.finishRun(finish(job));
    world.sighting = { kind: 'landed', txHash: '0xt', final: true, position: 1 };
    await Promise.all([pay.sweepPayments({ limit: 100 }), pay.sweepPayments({ limit: 100 })]);
    await pay.sweepPayments({ limit: 100 });
    expect(await getPayment(db.pool, job.intentId)).toMatchObject({ status: 'settled', finalized: true });
    expect(await reserveOf(job)).toEqual(NOTHING);
    expect((await escrowOf(job)).available).toBe(50n);
  });

  test.each(Array.from({ length: 12 }, (_, index) => index))(
    'strands no money when its payment turns void at the same moment (try %i)',
    async (index) => {
      const { pay, ledger, world } = stage();
      const job = await newJob(150n);
      await ledger.reserveForRun(reserve(job));
      await pay.signPayment(sign(job));
      world.sighting = { kind: 'void' };
      const reconcile = async (): Promise<unknown> => {
        await new Promise((resolve) => setTimeout(resolve, index));
        return pay.reconcilePayment({
          ride: { runId: job.runId, events: [] },
          intentId: job.intentId,
        });
      };
      await Promise.allSettled([ledger.finishRun(finish(job)), reconcile()]);
      expect(await reserveOf(job)).toEqual(NOTHING);
      expect((await escrowOf(job)).available).toBe(150n);
    },
  );

  test('gets no reserve afterwards, however late an attempt wakes up', async () => {
    const { ledger } = stage();
    const job = await newJob(150n);
    await ledger.finishRun(finish(job));
    await expect(ledger.reserveForRun(reserve(job))).rejects.toMatchObject({ code: 'run_finished' });
    expect((await escrowOf(job)).available).toBe(150n);
  });

  test.each(['payment.prepared', 'payment.created'] as const)(
    'leaves a signer that is still at %s with nothing signed and nothing held',
    async (point) => {
      const { pay, ledger, world } = stage();
      const job = await newJob(150n);
      await ledger.reserveForRun(reserve(job));
      world.at = async (name) => {
        if (name === point) await ledger.finishRun(finish(job));
      };
      await pay.signPayment(sign(job)).catch(() => undefined);
      const payment = (await getPayment(db.pool, job.intentId))!;
      expect(payment).toMatchObject({ status: 'rejected', signed_sealed: null });
      expect(await reserveOf(job)).toEqual(NOTHING);
      expect((await escrowOf(job)).available).toBe(150n);
    },
  );
});

describe('an activity whose first attempt is still running', () => {
  test('sends nothing for a payment that was closed meanwhile', async () => {
    const { pay, world } = stage();
    const job = await newJob(150n);
    await pay.signPayment(sign(job));
    const { pool } = db;
    const slow: PaymentDeps['db'] = {
      ...db,
      pool: new Proxy(pool, {
        get(target, name) {
          const member = Reflect.get(target, name) as unknown;
          if (name !== 'query')
            return typeof member === 'function' ? (member.bind(target) as unknown) : member;
          return async (query: { name?: string }, ...more: []) => {
            if (query.name === 'payment_move' && world.signed === 1) {
              world.signed++;
              world.sighting = { kind: 'void' };
              await pay.reconcilePayment({
                ride: { runId: job.runId, events: [] },
                intentId: job.intentId,
              });
            }
            return pool.query(query as never, ...more);
          };
        },
      }),
    };
    const late = createPaymentActivities({
      db: slow,
      journal,
      values: createValues(pool, sealer),
      sealer,
      assets: BOOK,
      rails: { all: [], find: () => undefined, close: () => undefined },
      seller: {
        call: async () => {
          world.sent++;
          return { kind: 'silent', code: 'NETWORK', message: 'no' };
        },
      },
    });
    expect(await late.submitPayment(submit(job))).toMatchObject({ kind: 'unclear', code: 'PAYMENT_CLOSED' });
    expect(world.sent).toBe(0);
    expect((await getPayment(db.pool, job.intentId))?.status).toBe('void');
  });

  test('signs, holds and draws once although eight attempts run at once', async () => {
    const { pay, ledger } = stage();
    const job = await newJob(150n);
    await Promise.all(Array.from({ length: 8 }, () => ledger.reserveForRun(reserve(job))));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => pay.signPayment(sign(job))));
    expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'signed' })));
    const payment = (await getPayment(db.pool, job.intentId))!;
    expect(transferOf(payment)).toBe(`payment:${job.intentId}`);
    expect(await reserveOf(job)).toEqual({ posted: 100n, held: 100n, available: 0n });
    expect((await escrowOf(job)).available).toBe(50n);
  });
});

describe('a refund', () => {
  test('is credited once, however its transaction is written', async () => {
    const { pay, ledger, calling, world } = stage();
    const jobs = [await newJob(100n), await newJob(100n), await newJob(100n)];
    world.sighting = { kind: 'landed', txHash: '0xpaid', final: true, position: 1 };
    for (const job of jobs) {
      await ledger.reserveForRun(reserve(job));
      await pay.signPayment(sign(job));
      await pay.reconcilePayment({
        ride: { runId: job.runId, events: [] },
        intentId: job.intentId,
      });
    }
    const hash = randomUUID().replaceAll('-', '').padEnd(64, 'ab');
    const ways = [`0x${hash}`, `0x${hash.toUpperCase()}`, `0X${hash}`];
    const credited: (string | undefined)[] = [];
    for (const [index, { runId, intentId }] of jobs.entries()) {
      world.refund = { transaction: ways[index]!, network: NETWORK, asset: '0x01', amount: '100' };
      const outcome = await calling.compensateStep({
        ride: { runId, events: [] },
        runId,
        intentId,
        stepId: 'a',
        outputs: {},
        attempt: 1,
        timeoutMs: 1000,
        compensation: { url: 'http://service.test/undo', method: 'POST', params: {} },
      });
      credited.push(outcome.kind === 'ok' ? outcome.refunded : outcome.kind);
    }
    expect(credited).toEqual(['100', undefined, undefined]);
    const escrows = await Promise.all(jobs.map(escrowOf));
    expect(escrows.map(({ available }) => available)).toEqual([100n, 0n, 0n]);
  });
});

describe('a user’s money', () => {
  test('is held for only one of the withdrawals and runs that race for it', async () => {
    const { ledger } = stage();
    const job = await newJob(150n);
    const charge = { fee: 0n, rent: 0n, asset: USDC, coin: USDC, coins: 0n };
    const wanted = { tenant: TENANT, userId: job.userId, asset: USDC, amount: 100n, charge };
    const outcomes = await Promise.all([
      ledger.reserveForRun(reserve(job)),
      ...['a', 'b', 'c', 'c'].map((destination) =>
        holdWithdrawal(db, { ...wanted, destination, id: randomUUID() }),
      ),
    ]);
    expect(outcomes.filter(({ kind }) => kind === 'reserved' || kind === 'held')).toHaveLength(1);
    expect((await escrowOf(job)).available).toBe(50n);
  });

  test('is reserved by only as many runs as it covers, however many ask at once', async () => {
    const { ledger } = stage();
    const first = await newJob(350n);
    const jobs = [first];
    for (let more = 0; more < 7; more++) {
      const job = await newJob(1n);
      await db.pool.query('update run set subject = $2 where id = $1', [job.runId, first.userId]);
      jobs.push({ ...job, userId: first.userId });
    }
    const outcomes = await Promise.all(jobs.map((job) => ledger.reserveForRun(reserve(job))));
    expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(3);
    expect((await escrowOf(first)).available).toBe(50n);
  });
});
