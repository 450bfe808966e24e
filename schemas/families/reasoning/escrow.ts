import { z } from 'zod';
import { AmountIn, AssetCode, Cursor, MoneyOut, MsTime, UserId } from './primitives.ts';

/** Path parameter of user and escrow routes. */
export const UserParams = z.object({ userId: UserId });
export type UserParams = z.infer<typeof UserParams>;

/** Body of `POST /escrow/:userId/create`; whether it is a wallet is judged later (`invalid_wallet`). */
export const CreateEscrow = z.object({
  userWallet: z.string().min(1).max(128).meta({ description: 'Solana address that deposits come from' }),
});
export type CreateEscrow = z.infer<typeof CreateEscrow>;

/** Body of `POST /escrow/:userId/deposit`: exactly what the finalized transaction moved. */
export const DepositEscrow = z.object({
  amount: AmountIn,
  signature: z.string().min(1).max(128).meta({ description: 'Base58 signature of the transaction' }),
  asset: AssetCode.optional(),
});
export type DepositEscrow = z.infer<typeof DepositEscrow>;

/** Body of `POST /escrow/:userId/withdraw`. */
export const WithdrawEscrow = z.object({
  amount: AmountIn,
  destination: z.string().min(1).max(128).meta({ description: 'Solana address to send to' }),
  asset: AssetCode.optional(),
  max_fee: AmountIn.optional().meta({
    description:
      'The most that fee and rent may be, in the asset that the quote says; above it nothing is held',
  }),
  confirm_destination: z
    .boolean()
    .optional()
    .meta({ description: 'True: money may go to an address that is known to give nothing back' }),
});
export type WithdrawEscrow = z.infer<typeof WithdrawEscrow>;

/** Query of `GET /escrow/:userId/withdraw/quote`. */
export const WithdrawQuery = z.object({
  amount: AmountIn,
  destination: z.string().min(1).max(128).meta({ description: 'Solana address to send to' }),
  asset: AssetCode.optional(),
});
export type WithdrawQuery = z.infer<typeof WithdrawQuery>;

const paid = {
  asset: z.string(),
  amount: MoneyOut.meta({ description: 'What arrives' }),
  fee: MoneyOut.meta({ description: 'For the network, in feeAsset' }),
  rent: MoneyOut.meta({ description: 'For an account of the destination that is opened, in feeAsset' }),
  feeAsset: z.string(),
  total: MoneyOut.meta({
    description: 'What leaves the escrow in the asset: with fee and rent where they are in it',
  }),
};

/** 200 of a withdrawal's quote. `minimum` is that of `amount`. */
export const WithdrawQuoteAnswer = z.object({
  success: z.literal(true),
  ...paid,
  minimum: MoneyOut,
  confirm_destination: z.literal(true).optional(),
  warning: z.string().optional(),
});
export type WithdrawQuoteAnswer = z.infer<typeof WithdrawQuoteAnswer>;

/** A user's escrow in the default asset. `balance` is what may be spent. */
export const Escrow = z.object({
  userId: UserId,
  userWallet: z.string(),
  balance: MoneyOut,
  spent: MoneyOut,
  reserved: MoneyOut,
  createdAt: MsTime,
  lastTopUpAt: MsTime.nullable(),
});
export type Escrow = z.infer<typeof Escrow>;

/** 200 of `GET /escrow/address`. */
export const EscrowAddressAnswer = z.object({
  success: z.literal(true),
  address: z.string(),
  network: z.string(),
  assets: z.array(z.object({ code: z.string(), mint: z.string().nullable(), decimals: z.int() })),
});
export type EscrowAddressAnswer = z.infer<typeof EscrowAddressAnswer>;

/** 200 of `POST /escrow/:userId/create`. */
export const EscrowAnswer = z.object({ success: z.literal(true), escrow: Escrow });
export type EscrowAnswer = z.infer<typeof EscrowAnswer>;

/** 200 of a deposit; 202 has `status: "pending"` while the chain is slow. */
export const DepositAnswer = z.object({
  success: z.literal(true),
  escrow: Escrow.optional(),
  message: z.string(),
  duplicate: z.boolean().optional(),
  status: z.literal('pending').optional(),
});
export type DepositAnswer = z.infer<typeof DepositAnswer>;

/** 200 of `GET /escrow/:userId/balance`; `balance` is available in `asset`. Unknown users have zeros. */
export const BalanceAnswer = z.object({
  success: z.literal(true),
  balance: MoneyOut,
  asset: z.string(),
  balances: z.record(z.string(), z.object({ available: MoneyOut, reserved: MoneyOut, spent: MoneyOut })),
});
export type BalanceAnswer = z.infer<typeof BalanceAnswer>;

/** One movement of a user's escrow. `amountMinor` is the exact amount in minor units. */
export const HistoryEntry = z.object({
  id: z.string(),
  type: z.enum(['deposit', 'payment', 'withdrawal', 'refund', 'reserve', 'release']),
  signature: z.string().nullable(),
  amount: MoneyOut,
  amountMinor: z.string(),
  asset: z.string(),
  fee: MoneyOut.optional().meta({ description: 'What a withdrawal cost on top, in feeAsset' }),
  rent: MoneyOut.optional(),
  feeAsset: z.string().optional(),
  recipient: z.string().nullable(),
  from: z.string().nullable(),
  status: z.string(),
  workflowId: z.string().optional(),
  stepId: z.string().optional(),
  timestamp: MsTime,
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** 200 of `GET /escrow/:userId/history`, newest first. */
export const HistoryAnswer = z.object({
  success: z.literal(true),
  history: z.array(HistoryEntry),
  total: z.int().min(0),
  nextCursor: Cursor.nullable(),
});
export type HistoryAnswer = z.infer<typeof HistoryAnswer>;

/** 200 of a withdrawal; 202 has `status: "pending"` and may lack the signature. */
export const WithdrawAnswer = z.object({
  success: z.literal(true),
  signature: z.string().nullable(),
  message: z.string(),
  withdrawalId: z.string(),
  ...paid,
  status: z.literal('pending').optional(),
});
export type WithdrawAnswer = z.infer<typeof WithdrawAnswer>;
