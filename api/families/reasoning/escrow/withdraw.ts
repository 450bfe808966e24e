import { createHash, randomBytes } from 'node:crypto';
import {
  getWithdrawal,
  holdWithdrawal,
  type NewWithdrawal,
  type WithdrawalHold,
  type WithdrawalRow,
} from '../../../../db/escrow/withdrawals.ts';
import { raiseAttention, settleAttention } from '../../../../db/repositories/attention.ts';
import { formatUnits, parseUnits, showAmount } from '../../../../domain/money.ts';
import type { WithdrawalCharge, WithdrawalQuote } from '../../../../domain/payments/withdrawal.ts';
import type { Asset } from '../../../../schemas/core/money.ts';
import { UserParams, WithdrawAnswer, WithdrawEscrow } from '../../../../schemas/families/reasoning.ts';
import type { Ctx } from '../../../context.ts';
import { isUnavailable } from '../../../errors.ts';
import { keepClaim } from '../../../middleware/idempotency.ts';
import { ApiError } from '../../../problem.ts';
import { defineRoute, type Route } from '../../../route.ts';
import { requireUser } from '../access.ts';
import { TAGS } from '../names.ts';
import type { ReasoningOptions } from '../options.ts';
import { inWords } from '../to-wire.ts';
import { requireAmount, requireAsset, requireEscrow } from './requests.ts';
import { showPaid } from './to-wire.ts';
import { quoteFor, requireConfirmed, requireTerms } from './withdraw-quote.ts';
import { awaitWatch, startWatch, type ChainWatch } from '../../../runs/watch.ts';

export const withdrawRoute = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/escrow/:userId/withdraw',
    summary: 'Send money from the escrow to an address',
    description:
      'The amount is held with fee and rent, the transfer signed once and sent until it is final or proven never to be; then the hold ends. `GET /escrow/:userId/withdraw/quote` says beforehand what it costs.',
    tags: TAGS,
    scope: 'operate',
    idempotent: true,
    user: 'params.userId',
    money: { paths: ['amount', 'max_fee'] },
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
      'confirm_destination',
      'below_minimum',
      'fee_changed',
      'operator_short',
      'insufficient_escrow',
      'withdrawal_in_progress',
      'withdrawal_released',
    ],
    handler: async (ctx, { params: { userId }, body }) => {
      requireUser(ctx, userId);
      const asset = requireAsset(options, body.asset);
      const amount = requireAmount(body.amount, asset);
      await requireEscrow(ctx, userId);
      const wish = { asset, amount, destination: body.destination };
      const burns = requireConfirmed(wish, body.confirm_destination === true);
      const wanted = { id: withdrawalId(ctx), tenant: ctx.principal.tenant, userId, ...wish };
      const before = await getWithdrawal(ctx.deps.db.pool, wanted.id);
      if (before !== undefined) {
        refuseOther(before, wanted); // a repetition: what it costs was settled when it was held
        return answer(options, await follow(ctx, options, wanted.id));
      }
      const quote = await quoteFor(options, wish, burns);
      requireTerms(wish, quote, maxFeeOf(body.max_fee, quote));
      await hold(ctx, { ...wanted, charge: quote.charge });
      return answer(options, await follow(ctx, options, wanted.id));
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

/** Holds the amount, after a look whether Temporal is there: a hold that nobody carries out helps nobody. */
async function hold(ctx: Ctx, wanted: NewWithdrawal): Promise<void> {
  const { temporal, settings, db } = ctx.deps;
  await temporal.withDeadline(Date.now() + settings.commandTimeoutMs, () =>
    temporal.workflowService.getSystemInfo({}),
  );
  const held = await holdWithdrawal(db, wanted, (client) => keepClaim(client, ctx.claim));
  await ctx.deps.checkpoint?.('money.held');
  switch (held.kind) {
    case 'held':
      return settleAttention(db.pool, shortItem(wanted.charge), 'The account has enough now.');
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
        `Insufficient escrow balance. Available: ${inUnits(held.available, held.asset)}, Required: ${inUnits(held.required, held.asset)}. Please top up.`,
      );
    case 'operator_short':
      return refuseShort(ctx, wanted, held);
  }
}

const inUnits = (minor: bigint, { code, decimals }: Asset): string =>
  `${inWords(formatUnits(minor, decimals))} ${code}`;

const shortItem = ({ coin }: WithdrawalCharge): string => `operator_short:${coin.id}`;

/** The user would pay in tokens, and the operator has no coins of its own for the chain. Nothing was held. */
async function refuseShort(
  { deps, principal }: Ctx,
  { charge }: NewWithdrawal,
  { coin, available, required }: Extract<WithdrawalHold, { kind: 'operator_short' }>,
): Promise<never> {
  await raiseAttention(deps.db.pool, {
    id: shortItem(charge),
    tenant: principal.tenant,
    kind: 'operator_short',
    runId: null,
    detail: `The operator's account for fees has ${showAmount(available, coin)}, and a withdrawal takes ${showAmount(required, coin)}: put coins into it.`,
    data: { asset: coin.id, available: available.toString(), needed: required.toString() },
    recurs: true,
  });
  throw new ApiError(
    'operator_short',
    'The operator’s account for network fees is short; nothing was held. The operator was told; try again later.',
  );
}

/** In the asset that fee and rent are paid in. */
const maxFeeOf = (text: string | undefined, { charge }: WithdrawalQuote): bigint | undefined =>
  text === undefined ? undefined : parseUnits(text, charge.asset.decimals);

function refuseOther(row: WithdrawalRow, wanted: Omit<NewWithdrawal, 'charge'>): void {
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

function answer(options: ReasoningOptions, row: WithdrawalRow) {
  const { id, status, signature } = row;
  const paid = showPaid(options, row);
  if (status === 'finalized')
    return {
      status: 200,
      body: { success: true, signature, message: 'Withdrawal successful', withdrawalId: id, ...paid },
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
    body: {
      success: true,
      signature,
      message: 'Withdrawal pending',
      withdrawalId: id,
      status: 'pending',
      ...paid,
    },
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
