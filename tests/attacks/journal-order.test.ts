import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withHash } from '../../activities/planner/plan-hash.ts';
import type { Ctx } from '../../api/context.ts';
import { issueReceipt } from '../../api/receipts/issue.ts';
import { hashJson } from '../../api/receipts/hash.ts';
import { findDifferences } from '../../db/repositories/reconciliation.ts';
import { getPayment } from '../../db/repositories/payments-write.ts';
import { EngineError } from '../../domain/errors.ts';
import type { Sighting } from '../../domain/payments/rail.ts';
import type { SellerAnswer } from '../../domain/payments/seller.ts';
import { isToldInOrder } from '../../domain/payments/states.ts';
import { checkReceipt } from '../../domain/receipts/check.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { PaymentStatus } from '../../schemas/core/payment.ts';
import { aPaidStep, aPlan } from '../workflows/support/fakes.ts';
import {
  closeMoney,
  db,
  finish,
  journal,
  NETWORK,
  newJob,
  openMoney,
  reserve,
  sealer,
  sign,
  stage,
  submit,
  TENANT,
  type Job,
  type World,
} from './support/money.ts';

/**
 * Whatever is lost and wherever a worker dies: what the journal tells of a payment follows the table of its states, ends with
 * the payment's state, and fits the receipt. The chain and the seller are scripted; ledger, intents and journal are real.
 */
beforeAll(openMoney);
afterAll(closeMoney);

const POINTS = [
  'prepared',
  'created',
  'signed',
  'submitted',
  'answered',
  'settled',
  'posted',
  'voided',
] as const;
type Point = (typeof POINTS)[number];
type Act = 'sign' | 'submit' | 'look' | 'sweep' | 'end';

const later = Date.now() + 3_600_000;
const SEEN: Readonly<Record<string, () => Sighting>> = {
  alive: () => ({ kind: 'alive', expiresAtMs: later }),
  landed: () => ({ kind: 'landed', txHash: '0xtx', final: false, position: 7 }),
  final: () => ({ kind: 'landed', txHash: '0xtx', final: true, position: 7 }),
  gone: () => ({ kind: 'unproven', absent: true, message: 'It is not there.' }),
  unproven: () => ({ kind: 'unproven', absent: false, message: 'Not yet.' }),
  void: () => ({ kind: 'void' }),
  otherwise: () => ({ kind: 'otherwise', txHash: '0xother', message: 'Something else moved.' }),
};
const http = (status: number, text: string): SellerAnswer => ({
  kind: 'answered',
  answer: { status, headers: {}, text },
  timeMs: 1,
});
const SAID: Readonly<Record<string, () => SellerAnswer>> = {
  works: () => http(200, '{"ok":1}'),
  refuses: () => http(402, '{}'),
  breaks: () => http(500, 'broken'),
  lost: () => ({ kind: 'silent', code: 'ECONNRESET', message: 'The answer was lost.' }),
};

/** One moment: what the chain shows and the seller says from now on, what is done at once, and where the first of it dies. */
interface Moment {
  seen: keyof typeof SEEN;
  said: keyof typeof SAID;
  acts: Act[];
  dies: Point | null;
}

const moment: fc.Arbitrary<Moment> = fc.record({
  seen: fc.constantFrom(...Object.keys(SEEN)),
  said: fc.constantFrom(...Object.keys(SAID)),
  acts: fc.array(fc.constantFrom<Act>('sign', 'submit', 'submit', 'look', 'sweep', 'end'), {
    minLength: 1,
    maxLength: 3,
  }),
  dies: fc.option(fc.constantFrom(...POINTS), { freq: 2 }),
});

class Killed extends Error {}

const order = (attempt: number, job: Job) => ({ ...submit(job), attempt });

async function live(
  stageOf: ReturnType<typeof stage>,
  job: Job,
  { seen, said, acts, dies }: Moment,
  attempt: number,
) {
  const { world, pay, ledger } = stageOf;
  world.sighting = SEEN[seen]!();
  world.answer = SAID[said]!;
  world.at = killAt(dies);
  const does: Readonly<Record<Act, () => Promise<unknown>>> = {
    sign: () => pay.signPayment(sign(job)),
    submit: () => pay.submitPayment(order(attempt, job)),
    look: () => pay.reconcilePayment({ ride: { runId: job.runId, events: [] }, intentId: job.intentId }),
    sweep: () => pay.sweepPayments({ limit: 100 }),
    end: () => ledger.finishRun(finish(job)),
  };
  const ended = await Promise.allSettled(acts.map((act) => does[act]()));
  world.at = () => undefined;
  for (const end of ended) if (end.status === 'rejected') expectRefusal(end.reason);
}

function killAt(point: Point | null): World['at'] {
  let left = point === null ? 0 : 1;
  return (name) => {
    if (name === `payment.${point}` && left-- > 0) throw new Killed(name);
  };
}

/** A worker died, or what was asked came too early or too late. Nothing else may go wrong. */
function expectRefusal(error: unknown): void {
  if (error instanceof Killed) return;
  if (!(error instanceof EngineError)) throw error;
  expect(['payment_unsigned', 'payment_closed', 'run_finished']).toContain(error.code);
}

const plan = withHash(
  aPlan([
    aPaidStep('a', '100', { pay: { scheme: 'exact', network: NETWORK, asset: '0x01', payTo: '0x02' } }),
  ]),
);

async function approve({ runId }: Job): Promise<void> {
  const granted = { limits: { ...plan.limits } as JsonObject, expires_at: '2030-01-01T00:00:00.000Z' };
  const approval = {
    id: `${runId}:1`,
    status: 'approved',
    by: 'user',
    data: { plan_hash: plan.planHash, granted },
  };
  const told = { plan: plan as unknown as JsonObject };
  await journal.append({
    runId,
    events: [
      { key: 'plan', type: 'run.plan_ready', data: told, view: told },
      { key: 'granted', type: 'approval.granted', data: { planHash: plan.planHash }, approval },
    ],
  });
}

async function toldOf({ runId, intentId }: Job): Promise<PaymentStatus[]> {
  const { rows } = await db.pool.query<{ state: PaymentStatus }>(
    `select split_part(type, '.', 2) as state from event where run_id = $1 and type like 'payment.%'
       and data #>> '{payment,intentId}' = $2 order by seq`,
    [runId, intentId],
  );
  return rows.map(({ state }) => state);
}

async function expectOrder(job: Job): Promise<void> {
  const told = await toldOf(job);
  expect(isToldInOrder(told), told.join(' → ')).toBe(true);
  const { rows } = await db.pool.query('select finished_at from run where id = $1', [job.runId]);
  const { status } = (await getPayment(db.pool, job.intentId))!;
  if (rows[0].finished_at === null) expect(told.at(-1)).toBe(status === 'prepared' ? 'quoted' : status);
}

/** The books find nothing either, and anybody may believe the receipt. */
async function expectHolds(job: Job): Promise<void> {
  await expectOrder(job);
  expect(await differences(job)).toEqual([]);
  expect(await wrongs(job)).toEqual([]);
}

const differences = async ({ runId }: Job) =>
  (await findDifferences(db, 0)).filter((one) => one.runId === runId && one.kind === 'journal_differs');

/** What is wrong with the receipt, by itself. */
async function wrongs({ runId }: Job): Promise<unknown[]> {
  const principal = { tenant: TENANT, subject: null };
  const deps = { db, sealer, families: [] };
  const receipt = await issueReceipt({ deps, principal } as unknown as Ctx, runId);
  return checkReceipt(receipt, hashJson).filter(({ verdict }) => verdict === 'failed');
}

async function lead(moments: readonly Moment[]): Promise<void> {
  const actors = stage();
  const job = await newJob(150n);
  await approve(job);
  await actors.ledger.reserveForRun(reserve(job));
  for (const [at, one] of moments.entries()) {
    await live(actors, job, one, at + 1);
    await expectOrder(job);
  }
  actors.world.at = () => undefined;
  await actors.ledger.finishRun(finish(job));
  await expectHolds(job);
  actors.world.sighting = SEEN['final']!();
  await actors.pay.sweepPayments({ limit: 100 }); // what was open is closed after the end, and nobody is told
  await expectHolds(job);
}

const PAID = { seen: 'landed', dies: null } as const;

test('a seller that settles and whose answer is lost once leaves a journal that ends with settled', async () => {
  const actors = stage();
  const job = await newJob(150n);
  await approve(job);
  await actors.ledger.reserveForRun(reserve(job));
  await live(actors, job, { ...PAID, seen: 'alive', said: 'works', acts: ['sign'] }, 1);
  await live(actors, job, { ...PAID, seen: 'unproven', said: 'lost', acts: ['submit'] }, 1);
  await live(actors, job, { ...PAID, said: 'works', acts: ['sweep'] }, 1);
  await live(actors, job, { ...PAID, said: 'works', acts: ['submit'] }, 2);
  expect(await toldOf(job)).toEqual(['quoted', 'signed', 'submitted', 'unknown', 'settled']);
  expect(await actors.ledger.finishRun(finish(job))).toEqual({ cost: [{ amount: '0.0001', asset: 'USDC' }] });
  expect(await wrongs(job)).toEqual([]);
});

test('a payment that a reorganisation took back and that landed again is told as settled again', async () => {
  const actors = stage();
  const job = await newJob(150n);
  await actors.ledger.reserveForRun(reserve(job));
  for (const [seen, acts] of [
    ['alive', ['sign']],
    ['landed', ['submit']],
    ['gone', ['look']],
    ['landed', ['look']],
  ] as [string, Act[]][])
    await live(actors, job, { seen, said: 'works', acts, dies: null }, 1);
  expect(await toldOf(job)).toEqual(['quoted', 'signed', 'submitted', 'settled', 'unknown', 'settled']);
});

test('in whatever order things are lost, die and happen at once, the journal follows the table and the receipt holds', async () => {
  const script = fc.array(moment, { minLength: 1, maxLength: 7 });
  const begun = script.map((rest): Moment[] => [
    { seen: 'alive', said: 'works', acts: ['sign'], dies: null },
    ...rest,
  ]);
  await fc.assert(fc.asyncProperty(fc.oneof(begun, script), lead), { numRuns: 25 });
}, 120_000);

test('a journal whose last word is not the payment’s state is found, and so is one that goes back', async () => {
  const actors = stage();
  const job = await newJob(150n);
  await actors.ledger.reserveForRun(reserve(job));
  await live(actors, job, { ...PAID, said: 'works', acts: ['sign'] }, 1);
  await live(actors, job, { ...PAID, said: 'works', acts: ['submit'] }, 1);
  expect(await differences(job)).toEqual([]);
  const tell = (key: string, type: string) =>
    db.pool.query('select journal_append($1::jsonb)', [
      JSON.stringify([{ run_id: job.runId, key, type, data: { payment: { intentId: job.intentId } } }]),
    ]);
  await tell('late', 'payment.submitted');
  expect(await differences(job)).toMatchObject([{ object: job.intentId }]);
  await tell('again', 'payment.settled');
  expect(await differences(job)).toMatchObject([{ object: job.intentId }]);
});
