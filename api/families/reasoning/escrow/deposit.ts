import {
  findDeposit,
  recordDeposit,
  type DepositRow,
  type NewDeposit,
} from '../../../../db/escrow/deposits.ts';
import type { DepositClaim } from '../../../../domain/ports/escrow.ts';
import { DepositAnswer, DepositEscrow, UserParams } from '../../../../schemas/families/reasoning.ts';
import type { Ctx } from '../../../context.ts';
import { keepClaim } from '../../../middleware/idempotency.ts';
import { ApiError } from '../../../problem.ts';
import { defineRoute, type Route } from '../../../route.ts';
import { requireUser } from '../access.ts';
import { TAGS } from '../names.ts';
import type { ReasoningOptions } from '../options.ts';
import { isSignature, requireAmount, requireAsset, requireEscrow } from './requests.ts';
import { showEscrow } from './to-wire.ts';
import type { DepositSummary } from '../../../../workflows/engine/escrow.ts';
import { awaitWatch, startWatch, type ChainWatch } from '../../../runs/watch.ts';

export const depositRoute = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/escrow/:userId/deposit',
    summary: 'Credit a transfer to the escrow',
    description:
      'The transaction must be final, and what it moved from the registered wallet into the escrow in this asset must be exactly this ' +
      'amount. It is credited once; deposits of other users or in other assets in the same transaction are claimed by themselves. ' +
      'Wrapped SOL is SOL. If the chain takes longer than the wait, the answer is 202 and the credit follows by itself. `escrow` is in the asset deposited.',
    tags: TAGS,
    scope: 'operate',
    idempotent: true,
    user: 'params.userId',
    money: { paths: ['amount'] },
    params: UserParams,
    body: DepositEscrow,
    responses: {
      200: { description: 'Credited, now or before.', schema: DepositAnswer },
      202: { description: 'Not final yet; it will be credited when it is.', schema: DepositAnswer },
    },
    errors: [
      'escrow_not_found',
      'invalid_amount',
      'unknown_asset',
      'invalid_signature',
      'transaction_not_found',
      'deposit_mismatch',
      'sender_mismatch',
      'deposit_already_credited',
    ],
    handler: async (ctx, { params: { userId }, body }) => {
      requireUser(ctx, userId);
      const asset = requireAsset(options, body.asset);
      const amount = requireAmount(body.amount, asset);
      if (!isSignature(body.signature))
        throw new ApiError('invalid_signature', 'signature must be 64 bytes in base58.');
      const user = await requireEscrow(ctx, userId);
      const { signature } = body;
      const claim = { tenant: user.tenant, userId, asset: asset.id, amount: amount.toString(), signature };
      const outcome = await settle(ctx, options, claim);
      if (outcome === 'pending')
        return { status: 202, body: { success: true, status: 'pending', message: 'Deposit pending' } };
      const escrow = await showEscrow(ctx.deps.db.pool, await requireEscrow(ctx, userId), asset);
      const duplicate = outcome === 'duplicate' ? { duplicate: true } : {};
      return { status: 200, body: { success: true, escrow, message: 'Deposit confirmed', ...duplicate } };
    },
  });

type Outcome = 'credited' | 'duplicate' | 'pending';

const MOST_ROUNDS = 3;

/** Records the claim and follows its workflow. */
async function settle(ctx: Ctx, options: ReasoningOptions, claim: NewDeposit): Promise<Outcome> {
  const { db } = ctx.deps;
  const until = Date.now() + options.escrow.waitMs;
  let fresh = false;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const record = await db.transaction(async (client) => {
      await keepClaim(client, ctx.claim);
      return recordDeposit(client, claim);
    });
    if (record.kind === 'duplicate' && record.status === 'credited') return 'duplicate';
    fresh ||= record.kind === 'recorded';
    const end = await follow(ctx, options, claim, until - Date.now());
    if (end === 'pending') return 'pending';
    if (end === 'credited') return fresh ? 'credited' : 'duplicate';
  }
  return 'pending';
}

async function follow(
  ctx: Ctx,
  options: ReasoningOptions,
  claim: NewDeposit,
  waitMs: number,
): Promise<'credited' | 'pending' | 'stale'> {
  const { pool } = ctx.deps.db;
  const watch = depositWatch(options, (await findDeposit(pool, claim))!);
  await startWatch(ctx.deps, watch);
  try {
    const end = await awaitWatch<DepositSummary>(ctx.deps, watch.workflowId, Math.max(1, waitMs));
    return end === 'pending' ? end : end.status;
  } catch (error) {
    // The workflow that was joined was an earlier claim's last breath: ours is still to be looked into.
    const now = await findDeposit(pool, claim);
    if (error instanceof ApiError && now?.status === 'pending') return 'stale';
    throw error;
  }
}

/** The workflow of one claim. Whether its part of the transaction is still there is decided when it is credited. */
export function depositWatch({ taskQueue, escrow }: ReasoningOptions, row: DepositRow): ChainWatch {
  const { id, signature, tenant, user_id: userId, asset, amount } = row;
  const claim: DepositClaim = { tenant, userId, asset, amount, signature };
  const args = [claim, escrow.chainWaits];
  return {
    workflowType: 'escrowDeposit',
    workflowId: `deposit:${id}`,
    taskQueue,
    args,
    summary: `deposit of ${userId}`,
  };
}
