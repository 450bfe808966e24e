import { createHash, randomBytes } from 'node:crypto';
import {
  getWithdrawal,
  holdWithdrawal,
  type NewWithdrawal,
  type WithdrawalRow,
} from '../../../../db/escrow/withdrawals.ts';
import { formatUnits } from '../../../../domain/money.ts';
import { UserParams, WithdrawAnswer, WithdrawEscrow } from '../../../../schemas/families/reasoning.ts';
import type { Ctx } from '../../../context.ts';
import { isUnavailable, unavailable } from '../../../errors.ts';
import { keepClaim } from '../../../middleware/idempotency.ts';
import { ApiError } from '../../../problem.ts';
import { defineRoute, type Route } from '../../../route.ts';
import { requireUser } from '../access.ts';
import { TAGS } from '../names.ts';
import type { ReasoningOptions } from '../options.ts';
import { inWords } from '../to-wire.ts';
import { requireAmount, requireAsset, requireEscrow } from './requests.ts';
import { awaitWatch, startWatch, type ChainWatch } from '../../../runs/watch.ts';

export const withdrawRoute = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/escrow/:userId/withdraw',
    summary: 'Send money from the escrow to an address',
    description:
      'The amount is held, the transfer signed once and sent until it is final or proven never to be; then the hold ends.',
    tags: TAGS,
    scope: 'operate',
    idempotent: true,
    user: 'params.userId',
    money: { paths: ['amount'] },
    params: UserParams,
    body: WithdrawEscrow,
    responses: {
      200: { description: 'Final on the chain.', schema: WithdrawAnswer },
      202: { description: 'On its way.', schema: WithdrawAnswer },
    },
    errors: [
      'escrow_not_found',
      'invalid_amount',
      'unknown_asset',
      'invalid_destination',
      'below_minimum',
      'insufficient_escrow',
      'withdrawal_in_progress',
      'withdrawal_released',
    ],
    handler: async (ctx, { params: { userId }, body }) => {
      requireUser(ctx, userId);
      const asset = requireAsset(options, body.asset);
      const amount = requireAmount(body.amount, asset);
      await requireEscrow(ctx, userId);
      const { destination } = body;
      await askGuard(options, { asset: asset.code, amount, destination });
      const wanted = {
        id: withdrawalId(ctx),
        tenant: ctx.principal.tenant,
        userId,
        asset,
        amount,
        destination,
      };
      await hold(ctx, options, wanted);
      return answer(await follow(ctx, options, wanted.id));
    },
  });

/** One key, one withdrawal, whatever happened to the first answer. */
function withdrawalId({ claim, principal }: Ctx): string {
  if (claim === undefined) return `wd_${randomBytes(16).toString('hex')}`;
  const { caller, route, key } = claim.key;
  return `wd_${createHash('sha256')
    .update(JSON.stringify([principal.tenant, caller, route, key]))
    .digest('hex')
    .slice(0, 32)}`;
}

async function askGuard(
  { escrow }: ReasoningOptions,
  wanted: Parameters<ReasoningOptions['escrow']['guard']['refuses']>[0],
): Promise<void> {
  const code = await escrow.guard.refuses(wanted).catch(() => {
    throw unavailable('The chain cannot be asked about the destination now. Nothing was started; try again.');
  });
  if (code === 'below_minimum')
    throw new ApiError(code, 'Too little to open an account at the destination: below the rent minimum.');
  if (code !== undefined)
    throw new ApiError(code, 'destination must be a wallet: a Solana address of 32 bytes in base58.');
}

/** Holds the amount, after a look whether Temporal is there: a hold that nobody carries out helps nobody. */
async function hold(ctx: Ctx, options: ReasoningOptions, wanted: NewWithdrawal): Promise<void> {
  const { temporal, settings, db } = ctx.deps;
  await temporal.withDeadline(Date.now() + settings.commandTimeoutMs, () =>
    temporal.workflowService.getSystemInfo({}),
  );
  const held = await holdWithdrawal(db, wanted, (client) => keepClaim(client, ctx.claim));
  await ctx.deps.checkpoint?.('money.held');
  const show = (minor: bigint): string => inWords(formatUnits(minor, wanted.asset.decimals));
  switch (held.kind) {
    case 'held':
      return;
    case 'exists':
      return refuseOther((await getWithdrawal(db.pool, wanted.id))!, wanted);
    case 'in_progress':
      throw new ApiError(
        'withdrawal_in_progress',
        'The same withdrawal is on its way; wait for it, or send another amount.',
      );
    case 'insufficient':
      throw new ApiError(
        'insufficient_escrow',
        `Insufficient escrow balance. Available: ${show(held.available)}, Required: ${show(wanted.amount)}. Please top up.`,
      );
  }
}

function refuseOther(row: WithdrawalRow, wanted: NewWithdrawal): void {
  const same =
    row.user_id === wanted.userId &&
    row.asset === wanted.asset.id &&
    row.amount === wanted.amount.toString() &&
    row.destination === wanted.destination;
  if (!same)
    throw new ApiError(
      'idempotency_key_reused',
      'This Idempotency-Key was used for another withdrawal; use a new one.',
    );
}

/** The hold exists: from here on every answer names the withdrawal, and a sweeper starts what could not be started. */
async function follow(ctx: Ctx, options: ReasoningOptions, id: string): Promise<WithdrawalRow> {
  const { db, log } = ctx.deps;
  const before = (await getWithdrawal(db.pool, id))!;
  if (before.status === 'finalized' || before.status === 'released') return before;
  const watch = withdrawalWatch(options, before);
  try {
    await startWatch(ctx.deps, watch);
    await awaitWatch(ctx.deps, watch.workflowId, options.escrow.waitMs);
  } catch (error) {
    if (!isUnavailable(error) && !(error instanceof ApiError)) throw error;
    log.warn({ err: error, withdrawal_id: id }, 'a withdrawal is not followed now; it goes on by itself');
  }
  return (await getWithdrawal(db.pool, id))!;
}

function answer({ id, status, signature }: WithdrawalRow) {
  if (status === 'finalized')
    return {
      status: 200,
      body: { success: true, signature, message: 'Withdrawal successful', withdrawalId: id },
    } as const;
  if (status === 'released')
    throw new ApiError(
      'withdrawal_released',
      'The transfer was never carried out and the amount is back; withdraw again with a new Idempotency-Key.',
      {
        members: { withdrawalId: id },
      },
    );
  return {
    status: 202,
    body: { success: true, signature, message: 'Withdrawal pending', withdrawalId: id, status: 'pending' },
  } as const;
}

export function withdrawalWatch(
  { taskQueue, escrow }: ReasoningOptions,
  row: Pick<WithdrawalRow, 'id' | 'user_id'>,
): ChainWatch {
  const args = [row.id, escrow.chainWaits];
  return {
    workflowType: 'escrowWithdrawal',
    workflowId: `withdrawal:${row.id}`,
    taskQueue,
    args,
    summary: `withdrawal of ${row.user_id}`,
  };
}
