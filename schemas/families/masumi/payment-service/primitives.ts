import { z } from 'zod';

/** The Cardano network a Masumi payment service is asked about (its OpenAPI: `network`). */
export const MasumiNetwork = z.enum(['Preprod', 'Mainnet']);
export type MasumiNetwork = z.infer<typeof MasumiNetwork>;

/** Generation of the escrow contract. Lists show V1 unless asked for the other. */
export const PaymentSourceType = z.enum(['Web3CardanoV1', 'Web3CardanoV2']);
export type PaymentSourceType = z.infer<typeof PaymentSourceType>;

/** State of the funds on the chain; null in answers: nothing seen yet. */
export const PaymentChainState = z.enum([
  'FundsLocked',
  'FundsOrDatumInvalid',
  'ResultSubmitted',
  'RefundRequested',
  'Disputed',
  'WithdrawAuthorized',
  'RefundAuthorized',
  'Withdrawn',
  'RefundWithdrawn',
  'DisputedWithdrawn',
]);
export type PaymentChainState = z.infer<typeof PaymentChainState>;

/** What the seller's side does, or waits for, next. */
export const SellerAction = z.enum([
  'None',
  'Ignore',
  'WaitingForManualAction',
  'WaitingForExternalAction',
  'SubmitResultRequested',
  'SubmitResultInitiated',
  'WithdrawRequested',
  'WithdrawInitiated',
  'AuthorizeRefundRequested',
  'AuthorizeRefundInitiated',
]);
export type SellerAction = z.infer<typeof SellerAction>;

/** What the buyer's side does, or waits for, next. */
export const BuyerAction = z.enum([
  'None',
  'Ignore',
  'WaitingForManualAction',
  'WaitingForExternalAction',
  'FundsLockingRequested',
  'FundsLockingInitiated',
  'SetRefundRequestedRequested',
  'SetRefundRequestedInitiated',
  'UnSetRefundRequestedRequested',
  'UnSetRefundRequestedInitiated',
  'WithdrawRefundRequested',
  'WithdrawRefundInitiated',
  'AuthorizeWithdrawalRequested',
  'AuthorizeWithdrawalInitiated',
]);
export type BuyerAction = z.infer<typeof BuyerAction>;

/** A time as answers give it: decimal digits, Unix milliseconds. */
export const MsText = z.string().refine((text) => /^\d{1,15}$/.test(text), 'must be Unix milliseconds');
export type MsText = z.infer<typeof MsText>;

/** A time as requests give it: ISO 8601, as date, with Z, or without a zone (read as UTC by a server in UTC). */
export const IsoTime = z.union([z.iso.date(), z.iso.datetime(), z.iso.datetime({ local: true })]);
export type IsoTime = z.infer<typeof IsoTime>;

/** Amount asked for: smallest units as digits; unit "" is lovelace, else policy id and asset name in one. */
export const AskedAmount = z.object({
  amount: z
    .string()
    .max(25)
    .refine((text) => /^\d+$/.test(text), 'must be digits'),
  unit: z.string().max(150),
});
export type AskedAmount = z.infer<typeof AskedAmount>;

/** Amount in an answer, see `AskedAmount`. */
export const ShownAmount = z.object({
  amount: z.string().refine((text) => /^\d+$/.test(text), 'must be digits'),
  unit: z.string(),
});
export type ShownAmount = z.infer<typeof ShownAmount>;

/** Hex of either case, whole bytes. A refinement: the OpenAPI says it in words only. */
export const isHex = (text: string): boolean => /^([0-9a-f]{2})+$/i.test(text);
