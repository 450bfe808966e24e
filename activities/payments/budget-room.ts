import type pg from 'pg';
import { raiseAttention } from '../../db/repositories/attention.ts';
import {
  beginWindow,
  findWindow,
  holdInBudget,
  livingBudgets,
  lockBudgets,
  lockWindow,
  newestWindow,
  type BudgetWindow,
  type HeldFor,
} from '../../db/repositories/budgets.ts';
import type { Queryable } from '../../db/ledger.ts';
import { transferOf, type PaymentRow } from '../../db/repositories/payments-write.ts';
import type { RunRow } from '../../db/repositories/runs.ts';
import type { AssetBook } from '../../domain/assets.ts';
import {
  counts,
  isKnownUnit,
  covers,
  toUnits,
  type Budget,
  type PaymentScope,
} from '../../domain/budgets/budget.ts';
import { asksPerson, carriedInto, dueAlerts, noRoom, type NoRoom } from '../../domain/budgets/room.ts';
import { TOKENS } from '../../domain/budgets/tokens.ts';
import { windowAt, type Window } from '../../domain/budgets/windows.ts';
import { formatUnits } from '../../domain/money.ts';
import { paidAsset } from '../../domain/payments/purse.ts';
import type { SignOutcome } from '../../domain/ports/payments.ts';
import type { BudgetAlert } from './judged-hold.ts';
import type { PaymentTools } from './tools.ts';

type Refused = Extract<SignOutcome, { kind: 'refused' }>;

/** What budgets are asked about: a payment, or a call of a model. `agreed`: as much of it (minor units) as a person has agreed to. */
export interface Asked {
  tenant: string;
  /** What the lines in the books of budgets name. */
  heldFor: HeldFor;
  scope: PaymentScope;
  amount: bigint;
  agreed: bigint;
}

export function askedOf(assets: AssetBook, run: RunRow, payment: PaymentRow, agreed = 0n): Asked {
  const { purse } = run;
  const scope = {
    runId: run.id,
    subject: run.subject,
    family: run.family,
    payee: payment.pay_to,
    asset: paidAsset(assets, payment.asset),
    ...(purse.agent !== undefined && { agent: purse.agent }),
    ...(payment.service !== null && { service: payment.service }),
    ...(purse.kind === 'budget' && { funding: purse.budget }),
  };
  const { id: paymentId, tenant } = payment;
  const heldFor = { paymentId, transferId: transferOf(payment) };
  return { tenant, heldFor, scope, amount: BigInt(payment.amount), agreed };
}

type Tools = Pick<PaymentTools, 'assets' | 'periodNow'>;

/** It is held in all budgets that apply; `alerts` are the shares that it was the first to reach. */
export interface BudgetsHeld {
  kind: 'held';
  alerts: BudgetAlert[];
}

/**
 * Holds the amount in every budget that applies, or says which of them is in the way; then nothing may be committed. The
 * caller has taken its ledger accounts before: whoever closes the transfer takes them in the same order. Everything is in the
 * transaction that holds the money, so a crash at any line leaves neither.
 */
export async function holdInBudgets(
  client: pg.PoolClient,
  tools: Tools,
  asked: Asked,
): Promise<Refused | BudgetsHeld> {
  const { scope } = asked;
  const { found, unreadable } = await applicable(client, tools, asked);
  if (unreadable !== undefined) return refusedFor(unread(unreadable, asked));
  if (isUnfunded(found, asked)) return refusedFor(gone(asked));
  if (found.length === 0) return { kind: 'held', alerts: [] };
  const nowMs = await tools.periodNow(client);
  let isNew = false;
  for (const budget of found) isNew ||= await needsWindow(client, budget, nowMs, scope.runId);
  const ids = found.map(({ id }) => id);
  const budgets = await lockBudgets(client, ids, isNew);
  if (isUnfunded(budgets, asked)) return refusedFor(gone(asked)); // deleted meanwhile
  const held: Opened[] = [];
  for (const budget of budgets)
    held.push({ budget, window: await openWindow(client, budget, nowMs, scope.runId) });
  const refused = judge(held, asked);
  if (refused !== undefined) return refused;
  const alerts: BudgetAlert[] = [];
  for (const { budget, window } of held) alerts.push(...(await book(client, budget, window, asked)));
  return { kind: 'held', alerts };
}

/** The budget that would be in the way now, or null; looks only. */
export async function findNoRoom(db: Queryable, tools: Tools, asked: Asked): Promise<NoRoom | null> {
  const { found, unreadable } = await applicable(db, tools, asked);
  if (unreadable !== undefined) return unread(unreadable, asked);
  if (isUnfunded(found, asked)) return gone(asked);
  if (found.length === 0) return null;
  const nowMs = await tools.periodNow(db);
  const windows: Opened[] = [];
  for (const budget of found)
    windows.push({ budget, window: await readWindow(db, budget, nowMs, asked.scope.runId) });
  return inTheWay(windows, asked) ?? null;
}

interface Applicable {
  found: Budget[];
  /** A hard budget for such payments in a unit that ASSET_GROUPS does not name: nobody can say what it counts. */
  unreadable: Budget | undefined;
}

async function applicable(
  db: Queryable,
  { assets: { groups = [] } }: Tools,
  { scope, tenant }: Asked,
): Promise<Applicable> {
  const all = await livingBudgets(db, tenant, scope);
  const covering = all.filter((budget) => covers(budget, scope));
  return {
    found: covering.filter((budget) => counts(budget, scope.asset, groups)),
    unreadable:
      scope.asset.id === TOKENS.id // no other unit counts them
        ? undefined
        : covering.find(({ mode, unit }) => mode === 'hard' && !isKnownUnit(unit, groups)),
  };
}

/** A cap that cannot be read must not fall away: the payment waits until somebody mends it. */
function unread({ id, name, unit }: Budget, { amount }: Asked): NoRoom {
  const message = `Budget "${name}" counts in ${unit}, which ASSET_GROUPS of this worker does not name: name it there, or delete the budget.`;
  return { budget: id, name, missing: amount.toString(), renewsAtMs: null, message };
}

const isUnfunded = (found: readonly Budget[], { scope: { funding } }: Asked): boolean =>
  funding !== undefined && !found.some(({ id }) => id === funding);

function gone({ scope: { funding, asset }, amount }: Asked): NoRoom {
  const message = `The run pays from budget ${funding}, which is gone or does not count ${asset.code} on ${asset.network}.`;
  const id = funding ?? '';
  return { budget: id, name: id, missing: amount.toString(), renewsAtMs: null, message };
}

const refusedFor = (room: NoRoom): Refused => ({
  kind: 'refused',
  reason: 'budget_exhausted',
  message: room.message,
  room,
  then: 'pause',
});

interface Opened {
  budget: Budget;
  window: BudgetWindow;
}

/** Of several the one that is in the way longest: the others are gone by then. */
function inTheWay(opened: readonly Opened[], { scope, amount }: Asked): NoRoom | undefined {
  const all = opened.flatMap(({ budget, window }) => {
    // What a run pays from is always a limit; a warning would let it spend the whole treasury.
    const limit = budget.id === scope.funding ? { ...budget, mode: 'hard' as const } : budget;
    return noRoom(limit, window, scope.asset, amount) ?? [];
  });
  const never = all.find(({ renewsAtMs }) => renewsAtMs === null);
  return never ?? all.toSorted((one, other) => other.renewsAtMs! - one.renewsAtMs!)[0];
}

function judge(held: readonly Opened[], asked: Asked): Refused | undefined {
  const { scope, amount, agreed } = asked;
  const room = inTheWay(held, asked);
  if (room !== undefined) return refusedFor(room);
  const asking = held.find(({ budget }) => asksPerson(budget, scope.asset, amount, agreed))?.budget;
  if (asking === undefined) return undefined;
  const limit = formatUnits(asking.approveAbove!, asking.decimals);
  const message = `Budget "${asking.name}" lets payments of more than ${limit} through only when a person agrees.`;
  return { kind: 'refused', reason: 'approve_above', message };
}

/** A clock that is behind does not reopen a period after the next has begun: what was left of it may be carried over. */
async function current(
  db: Queryable,
  budget: Budget,
  nowMs: number,
  runId: string,
): Promise<{ window: Window; last: BudgetWindow | undefined }> {
  const window = windowAt(budget, nowMs, runId);
  if (window.endsAtMs === null) return { window, last: await findWindow(db, budget.id, window.key) };
  const last = await newestWindow(db, budget.id);
  return last !== undefined && last.startsAtMs > window.startsAtMs
    ? { window: last, last }
    : { window, last };
}

/** Periods of one run take nothing over, so nobody has to wait for those who hold in others. */
async function needsWindow(db: Queryable, budget: Budget, nowMs: number, runId: string): Promise<boolean> {
  const { window, last } = await current(db, budget, nowMs, runId);
  return budget.period !== 'run' && last?.key !== window.key;
}

async function openWindow(
  client: pg.PoolClient,
  budget: Budget,
  nowMs: number,
  runId: string,
): Promise<BudgetWindow> {
  const { window, last } = await current(client, budget, nowMs, runId);
  if (last?.key !== window.key)
    await beginWindow(client, budget.id, window, carriedInto(budget, window, last));
  return lockWindow(client, budget.id, window.key);
}

async function readWindow(
  db: Queryable,
  budget: Budget,
  nowMs: number,
  runId: string,
): Promise<BudgetWindow> {
  const { window, last } = await current(db, budget, nowMs, runId);
  if (last?.key === window.key) return last;
  const carried = carriedInto(budget, window, last);
  return { ...window, budget: budget.id, carried, held: 0n, spent: 0n, alerted: [] };
}

const percent = (share: number): string => formatUnits(BigInt(Math.round(share * 10_000)), 2);

async function book(
  client: pg.PoolClient,
  budget: Budget,
  window: BudgetWindow,
  { heldFor, scope, amount }: Asked,
): Promise<BudgetAlert[]> {
  const units = toUnits(amount, scope.asset.decimals, budget.decimals);
  const used = { ...window, held: window.held + units };
  const alerted = dueAlerts(budget, used, window.alerted);
  await holdInBudget(client, {
    budget: budget.id,
    window: window.key,
    amount: units,
    heldFor,
    runId: scope.runId,
    alerted,
  });
  const usedSoFar = formatUnits(used.held + used.spent, budget.decimals);
  const cap = formatUnits(budget.amount + window.carried, budget.decimals);
  const alerts = alerted.map((share) => ({
    id: `budget:${budget.id}:${window.key}:${share}`,
    budget: budget.id,
    window: window.key,
    share,
    used: usedSoFar,
    cap,
  }));
  for (const { id, ...alert } of alerts)
    await raiseAttention(client, {
      id,
      tenant: budget.tenant,
      kind: 'budget_alert',
      runId: budget.period === 'run' ? scope.runId : null,
      detail: `Budget "${budget.name}" has used ${percent(alert.share)} % of its cap in ${window.key}: ${usedSoFar} of ${cap}.`,
      data: alert,
      recurs: true, // more room closes it, and it may be used again
    });
  return alerts;
}
