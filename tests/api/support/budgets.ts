import type pg from 'pg';
import type { Database } from '../../../db/database.ts';
import { beginWindow, holdInBudget, lockBudgets } from '../../../db/repositories/budgets.ts';
import type { Period } from '../../../domain/budgets/budget.ts';
import { windowAt, type Window } from '../../../domain/budgets/windows.ts';
import type { PaymentStatus } from '../../../schemas/core/payment.ts';
import { sampleBook } from '../../support/sample-catalogue.ts';
import { ask, openStack, type Answer } from './api.ts';
import { createProbe } from './family.ts';
import { createWriter } from './streams.ts';

export interface Held {
  budget: string;
  run: string;
  amount: bigint;
  /** The budget's own; default: that of today's month. */
  window?: Window;
  status?: PaymentStatus;
  alerted?: number[];
}

/** The period that counts now. */
export const windowNow = (period: Period, run = ''): Window =>
  windowAt({ period, createdAtMs: 0 }, Date.now(), run);

let payments = 0;

/** Holds for a payment of a run, by the writers of production. Answers the payment's id. */
export async function holdIn(client: pg.PoolClient, held: Held): Promise<string> {
  const { budget, run, amount, window = windowNow('month'), status = 'submitted', alerted = [] } = held;
  payments += 1;
  const paymentId = `payment-${payments}-${run}`;
  await lockBudgets(client, [budget], true);
  await client.query(
    `insert into payment (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed)
     values ($1, 'default', $2, $1, 1, 'x402-solana', 'solana:test', 'solana:test/token:mint', $3, 'seller', $4, 'x')`,
    [paymentId, run, amount.toString(), status],
  );
  await beginWindow(client, budget, window, 0n);
  const names = {
    budget,
    window: window.key,
    heldFor: { paymentId, transferId: `t-${paymentId}` },
    runId: run,
  };
  await holdInBudget(client, { ...names, amount, alerted });
  return paymentId;
}

/** What production's trigger calls when the payment's transfer closes. */
export const close = async (
  { pool }: Database,
  paymentId: string,
  kind: 'spend' | 'release',
): Promise<void> => void (await pool.query('select budget_close($1, $2)', [`t-${paymentId}`, kind]));

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
const usdc = sampleBook.assets.filter(({ code }) => code === 'USDC').map(({ id }) => id);

/** USDC on both chains of the samples counts as USD. */
export const bookWithUnits = {
  ...sampleBook,
  groups: [
    { name: 'USD', decimals: 6, assets: usdc },
    { name: 'CENTS', decimals: 2, assets: usdc },
  ],
};

/** Whose key asks: `elsewhere` is an admin of another tenant, the two others read and operate. */
export type Who = 'admin' | 'hers' | 'his' | 'elsewhere';

type Headers = Record<Who, Record<string, string>>;

async function makeKeys(api: { url: string }): Promise<Headers> {
  const admin = { authorization: `Bearer ${ADMIN}` };
  const keyOf = async (subject: string, scopes: string[], tenant = 'default') => {
    const body = { name: subject, subject, scopes, tenant };
    const answer = await ask(api, '/admin/keys', { method: 'POST', body, headers: admin });
    return { authorization: `Bearer ${String(answer.body['key'])}` };
  };
  return {
    admin,
    hers: await keyOf('user-a', ['read', 'operate', 'approve']),
    his: await keyOf('user-b', ['read', 'operate', 'approve']),
    elsewhere: await keyOf('chief', ['admin'], 'elsewhere'),
  };
}

/** Requests about budgets. */
function createAsker(api: { url: string }, headers: Headers) {
  const send = (
    method: string,
    path: string,
    body?: unknown,
    who: Who = 'admin',
    more = {},
  ): Promise<Answer> => ask(api, path, { method, body, headers: { ...headers[who], ...more } });
  const get = (path: string, who: Who = 'admin'): Promise<Answer> => send('GET', path, undefined, who);
  const create = (body: object = {}): Promise<Answer> =>
    send('POST', '/budgets', { name: 'Cap', unit: 'USD', amount: '10', period: 'month', ...body });
  return {
    send,
    get,
    create,
    /** The id of a new budget. */
    async made(body: object = {}): Promise<string> {
      const answer = await create(body);
      if (answer.status !== 201) throw new Error(answer.text);
      return String(answer.body['id']);
    },
    async figures(id: string): Promise<object> {
      const { spent, held, unknown, left, carried } = (await get(`/budgets/${id}`)).body;
      return { spent, held, unknown, left, carried };
    },
    async entriesOf(id: string, who: Who = 'admin'): Promise<Record<string, unknown>[]> {
      return (await get(`/budgets/${id}/entries`, who)).body['entries'] as Record<string, unknown>[];
    },
  };
}

/** Runs and their payments. */
function createSpender(db: Database, writer: ReturnType<typeof createWriter>) {
  let runs = 0;
  const hold = (held: Held): Promise<string> => db.transaction((client) => holdIn(client, held));
  return {
    hold,
    spend: async (held: Held): Promise<void> => close(db, await hold(held), 'spend'),
    async newRun(subject = 'user-a'): Promise<string> {
      runs += 1;
      return writer.run(`run-${runs}`, 'default', 'probe', subject);
    },
  };
}

/** An API with keys, and what tests of budgets do with it. */
export async function openBudgets() {
  const stack = await openStack();
  const settings = { auth: 'on', adminKey: ADMIN } as const;
  const api = await stack.start({ families: [createProbe().family], assets: bookWithUnits, settings });
  const writer = createWriter(stack.db);
  return {
    stack,
    writer,
    ...createAsker(api, await makeKeys(api)),
    ...createSpender(stack.db, writer),
    async close(): Promise<void> {
      await writer.close();
      await stack.close();
    },
  };
}
