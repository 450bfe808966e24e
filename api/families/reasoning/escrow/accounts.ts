import { createEscrowUser, createSoleEscrowUser, type EscrowUser } from '../../../../db/escrow/users.ts';
import { escrowSummary } from '../../../../db/escrow/escrow.ts';
import { escrowHistory } from '../../../../db/escrow/history.ts';
import type { Asset } from '../../../../schemas/core/money.ts';
import {
  BalanceAnswer,
  CreateEscrow,
  EscrowAddressAnswer,
  EscrowAnswer,
  HistoryAnswer,
  PageQuery,
  UserParams,
} from '../../../../schemas/families/reasoning.ts';
import type { Ctx } from '../../../context.ts';
import { readCursor, writeCursor } from '../../../http/paging.ts';
import { ApiError } from '../../../problem.ts';
import { defineRoute, type Route } from '../../../route.ts';
import { requireUser } from '../access.ts';
import { TAGS } from '../names.ts';
import type { ReasoningOptions } from '../options.ts';
import { money } from '../to-wire.ts';
import { isAddress, requireAsset } from './requests.ts';
import { showEscrow, showMovement } from './to-wire.ts';

export function accountRoutes(options: ReasoningOptions): Route[] {
  return [address(options), create(options), balance(options), history(options)];
}

const held = ({ assets: { assets, escrowNetwork } }: ReasoningOptions): Asset[] =>
  assets.filter(({ network }) => network === escrowNetwork);

const address = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/escrow/address',
    summary: 'Where deposits go, and in which assets',
    tags: TAGS,
    scope: 'read',
    responses: { 200: { description: 'The escrow address.', schema: EscrowAddressAnswer } },
    handler: async () => {
      const { address: to, network } = options.escrow;
      const assets = held(options).map(({ code, address: mint, decimals }) => ({ code, mint, decimals }));
      return { status: 200, body: { success: true, address: to, network, assets } };
    },
  });

const create = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/escrow/:userId/create',
    summary: 'Open the escrow of a user',
    description:
      'Deposits count only from this wallet; it cannot be changed. The same wallet again changes nothing.',
    tags: TAGS,
    scope: 'operate',
    idempotent: true,
    user: 'params.userId',
    params: UserParams,
    body: CreateEscrow,
    responses: { 200: { description: 'The escrow, in the default asset.', schema: EscrowAnswer } },
    errors: ['invalid_wallet', 'wallet_conflict'],
    handler: async (ctx, { params: { userId }, body: { userWallet } }) => {
      requireUser(ctx, userId);
      if (!isAddress(userWallet) || userWallet === options.escrow.address)
        throw new ApiError(
          'invalid_wallet',
          'userWallet must be a Solana address of your own: 32 bytes in base58.',
        );
      const user = await register(ctx, userId, userWallet);
      const escrow = await showEscrow(ctx.deps.db.pool, user, requireAsset(options, undefined));
      return { status: 200, body: { success: true, escrow } };
    },
  });

/** Where keys tell users apart, a wallet belongs to one of them; without keys all are the same person. */
async function register({ deps, principal }: Ctx, userId: string, wallet: string): Promise<EscrowUser> {
  const { db, settings } = deps;
  const done =
    settings.auth === 'on'
      ? await createSoleEscrowUser(db, principal.tenant, userId, wallet)
      : await createEscrowUser(db.pool, principal.tenant, userId, wallet);
  if (done.kind === 'wallet_taken')
    throw new ApiError('wallet_conflict', 'This wallet is registered for another user; use another wallet.');
  if (done.kind === 'wallet_conflict')
    throw new ApiError(
      'wallet_conflict',
      `${userId} has an escrow with another wallet; a wallet cannot be changed.`,
    );
  return done.user;
}

const balance = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/escrow/:userId/balance',
    summary: 'What a user has in escrow',
    tags: TAGS,
    scope: 'read',
    user: 'params.userId',
    params: UserParams,
    responses: { 200: { description: 'Balances by asset; zeros for unknown users.', schema: BalanceAnswer } },
    handler: async (ctx, { params: { userId } }) => {
      requireUser(ctx, userId);
      const summary = await escrowSummary(ctx.deps.db.pool, ctx.principal.tenant, userId, held(options));
      const balances = Object.fromEntries(
        summary.map(({ asset: { code, decimals }, available, reserved, spent }) => [
          code,
          {
            available: money(available, decimals),
            reserved: money(reserved, decimals),
            spent: money(spent, decimals),
          },
        ]),
      );
      const { defaultAsset: asset } = options.escrow;
      return {
        status: 200,
        body: { success: true, balance: balances[asset]?.available ?? 0, asset, balances },
      };
    },
  });

const history = ({ assets: { assets } }: ReasoningOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/escrow/:userId/history',
    summary: 'Movements of a user’s escrow, newest first',
    tags: TAGS,
    scope: 'read',
    user: 'params.userId',
    params: UserParams,
    query: PageQuery,
    responses: { 200: { description: 'A page of movements; `total` counts all.', schema: HistoryAnswer } },
    handler: async (ctx, { params: { userId }, query: { limit, cursor } }) => {
      requireUser(ctx, userId);
      const page = { limit, after: readCursor(cursor) };
      const { pool } = ctx.deps.db;
      const {
        history: rows,
        total,
        next,
      } = await escrowHistory(pool, ctx.principal.tenant, userId, assets, page);
      const nextCursor = next && writeCursor(next);
      return { status: 200, body: { success: true, history: rows.map(showMovement), total, nextCursor } };
    },
  });
