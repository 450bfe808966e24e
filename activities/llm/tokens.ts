import type { Database } from '../../db/database.ts';
import { databaseNow } from '../../db/clock.ts';
import type { Queryable } from '../../db/ledger.ts';
import { getRun, type RunRow } from '../../db/repositories/runs.ts';
import {
  insertModelUse,
  lastModelUse,
  releaseModelUse,
  settleModelUse,
  type ModelUseRow,
  type Used,
} from '../../db/repositories/usage.ts';
import type { AssetBook } from '../../domain/assets.ts';
import type { PaymentScope } from '../../domain/budgets/budget.ts';
import type { NoRoom } from '../../domain/budgets/room.ts';
import { TOKENS } from '../../domain/budgets/tokens.ts';
import { EngineError } from '../../domain/errors.ts';
import { holdInBudgets } from '../payments/budget-room.ts';

export interface TokenDeps {
  db: Database;
  assets: AssetBook;
  periodNow?: (db: Queryable) => Promise<number>;
}

/** A call of a model as budgets see it. Who asks is read from the run, where `scope` does not say it. */
export interface TokenCall {
  runId: string;
  /** Which call of the run it is. A repetition has the same. */
  key: string;
  scope?: Partial<Pick<PaymentScope, 'subject' | 'family' | 'agent'>>;
  provider: string;
  model: string;
  /** The most tokens that it may use, question and answer together. */
  most: number;
}

export type TokenHold = { kind: 'held'; id: string } | { kind: 'no_room'; room: NoRoom };

/**
 * Holds the most that a call may use in every budget of tokens that applies, or says which one is in the way. A repetition
 * finds what an earlier try held and goes on with it. If that try may have asked the model, its maximum counts as used, and
 * the repetition holds its own.
 */
export async function holdTokens(deps: TokenDeps, call: TokenCall): Promise<TokenHold> {
  const run = await getRun(deps.db.pool, call.runId);
  if (run === undefined) throw new EngineError('run_not_found', `Run ${call.runId} has no row.`);
  for (;;) {
    const last = await lastModelUse(deps.db.pool, call.runId, call.key);
    if (last !== undefined && isUsable(last, call)) return { kind: 'held', id: last.id };
    if (last !== undefined) await closeEarlier(deps.db.pool, last);
    const held = await hold(deps, run, call, (last?.try ?? 0) + 1);
    if (held !== 'taken') return held;
  }
}

const isUsable = ({ state, most, model }: ModelUseRow, call: TokenCall): boolean =>
  state === 'held' && most >= call.most && model === call.model;

async function closeEarlier(db: Queryable, { id, state, most }: ModelUseRow): Promise<void> {
  if (state === 'held') await releaseModelUse(db, id);
  if (state === 'asked') await settleTokens(db, id, { input: most, output: 0, told: false, cost: undefined });
}

/** What was used is spent, and the rest is given back, once. */
export const settleTokens = (db: Queryable, id: string, used: Used): Promise<boolean> =>
  settleModelUse(db, id, used);

/** The model was certainly not asked, or has certainly done nothing. */
export const releaseTokens = (db: Queryable, id: string): Promise<boolean> => releaseModelUse(db, id);

/** Rolls back what was written before a budget turned out to have no room. */
class NoTokens extends Error {
  readonly room: NoRoom;

  constructor(room: NoRoom) {
    super(room.message);
    this.room = room;
  }
}

async function hold(deps: TokenDeps, run: RunRow, call: TokenCall, at: number): Promise<TokenHold | 'taken'> {
  const { assets, periodNow = databaseNow } = deps;
  const { runId, key, provider, model, most } = call;
  const id = `${runId}/${key}/${at}`;
  const { tenant } = run;
  const work = deps.db.transaction(async (client): Promise<TokenHold | 'taken'> => {
    const use = { id, tenant, runId, key, try: at, provider, model, most };
    if (!(await insertModelUse(client, use))) return 'taken';
    const held = await holdInBudgets(
      client,
      { assets, periodNow },
      {
        tenant,
        heldFor: { modelUse: id },
        scope: scopeOf(run, call),
        amount: BigInt(most),
        agreed: BigInt(most), // nobody is asked about a single call
      },
    );
    if (held.kind === 'refused' && held.reason === 'budget_exhausted') throw new NoTokens(held.room);
    return { kind: 'held', id };
  });
  return work.catch((error: unknown) => {
    if (error instanceof NoTokens) return { kind: 'no_room' as const, room: error.room };
    throw error;
  });
}

function scopeOf({ id, subject, family, purse }: RunRow, { scope, model }: TokenCall): PaymentScope {
  return {
    runId: id,
    subject,
    family,
    ...(purse.agent !== undefined && { agent: purse.agent }),
    ...scope,
    service: `model:${model}`,
    payee: '',
    asset: TOKENS,
  };
}
