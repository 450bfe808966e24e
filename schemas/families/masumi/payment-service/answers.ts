import { z } from 'zod';
import {
  BuyerAction,
  MasumiNetwork,
  MsText,
  PaymentChainState,
  SellerAction,
  ShownAmount,
} from './primitives.ts';

/** The envelope of every answer that is no refusal: `status` is "success" in any case. */
export const answerOf = <Data extends z.ZodType>(data: Data) =>
  z.object({ status: z.string().refine((word) => word.toLowerCase() === 'success'), data });

/** Every refusal: `{status:"error",error:{message}}`, status in any case. */
export const PaymentServiceRefusal = z.object({
  status: z.string().refine((word) => word.toLowerCase() === 'error'),
  error: z.object({ message: z.string() }),
});
export type PaymentServiceRefusal = z.infer<typeof PaymentServiceRefusal>;

const Source = z.object({
  id: z.string(),
  network: MasumiNetwork,
  // A string: older services leave it out, and we only pass it on.
  paymentSourceType: z.string().optional(),
  smartContractAddress: z.string(),
  policyId: z.string().nullable(),
});

const Wallet = z.object({ id: z.string(), walletVkey: z.string() });

/**
 * A payment, the seller's side. Times are Unix milliseconds as text, amounts digits. Only what we read is named; the
 * action is any string, so that a new one does not make a payment unreadable, but an unknown chain state does.
 */
export const ShownPayment = z.object({
  id: z.string().min(1),
  createdAt: z.iso.datetime(),
  blockchainIdentifier: z.string().min(1),
  payByTime: MsText.nullable(),
  submitResultTime: MsText,
  unlockTime: MsText,
  externalDisputeUnlockTime: MsText,
  resultHash: z.string().nullable(),
  onChainState: PaymentChainState.nullable(),
  NextAction: z.object({
    requestedAction: z.union([SellerAction, z.string()]),
    errorType: z.string().nullable(),
    errorNote: z.string().nullable(),
    resultHash: z.string().nullable(),
  }),
  RequestedFunds: z.array(ShownAmount),
  PaymentSource: Source,
  SmartContractWallet: Wallet.nullable(),
  metadata: z.string().nullable(),
});
export type ShownPayment = z.infer<typeof ShownPayment>;

const ReadMs = z.union([MsText, z.int().transform(String)]);

/**
 * A payment as we read it from any payment service: only what masumi.md section 3 promises must be there, the rest may be
 * missing. An unknown action is any string, so that a new one does not make a payment unreadable; an unknown chain
 * state does.
 */
export const ReadPayment = z.object({
  id: z.string().nullish(),
  createdAt: z.string().nullish(),
  blockchainIdentifier: z.string().min(1),
  payByTime: ReadMs.nullish(),
  submitResultTime: ReadMs,
  unlockTime: ReadMs,
  externalDisputeUnlockTime: ReadMs,
  resultHash: z.string().nullish(),
  onChainState: PaymentChainState.nullish(),
  NextAction: z
    .object({
      requestedAction: z.string(),
      errorType: z.string().nullish(),
      errorNote: z.string().nullish(),
      resultHash: z.string().nullish(),
    })
    .nullish(),
  RequestedFunds: z.array(ShownAmount).nullish(),
  PaymentSource: z.object({ paymentSourceType: z.string().nullish() }).nullish(),
  SmartContractWallet: z.object({ walletVkey: z.string().nullish() }).nullish(),
  metadata: z.string().nullish(),
});
export type ReadPayment = z.infer<typeof ReadPayment>;

/** A purchase, the buyer's side of the same deal. */
export const ShownPurchase = z.object({
  id: z.string().min(1),
  createdAt: z.iso.datetime(),
  blockchainIdentifier: z.string().min(1),
  payByTime: MsText.nullable(),
  submitResultTime: MsText,
  unlockTime: MsText,
  externalDisputeUnlockTime: MsText,
  inputHash: z.string(),
  resultHash: z.string().nullable(),
  onChainState: PaymentChainState.nullable(),
  NextAction: z.object({
    requestedAction: z.union([BuyerAction, z.string()]),
    errorType: z.string().nullable(),
    errorNote: z.string().nullable(),
  }),
  PaidFunds: z.array(ShownAmount),
  PaymentSource: Source,
  SellerWallet: Wallet.nullable(),
  metadata: z.string().nullable(),
});
export type ShownPurchase = z.infer<typeof ShownPurchase>;

/** The answers that carry one payment, as we read them. */
export const ReadPaymentAnswer = answerOf(ReadPayment);

/** 200 of `POST /payment`, of resolving, of submitting a result and of authorizing a refund. */
export const PaymentAnswer = answerOf(ShownPayment);
export type PaymentAnswer = z.infer<typeof PaymentAnswer>;

/** 200 of `GET /payment`. */
export const PaymentListAnswer = answerOf(z.object({ Payments: z.array(ShownPayment) }));
export type PaymentListAnswer = z.infer<typeof PaymentListAnswer>;

/** 200 of `POST /purchase`, of resolving, and of asking for a refund or taking that back. */
export const PurchaseAnswer = answerOf(ShownPurchase);
export type PurchaseAnswer = z.infer<typeof PurchaseAnswer>;

/** 200 of `GET /purchase`. */
export const PurchaseListAnswer = answerOf(z.object({ Purchases: z.array(ShownPurchase) }));
export type PurchaseListAnswer = z.infer<typeof PurchaseListAnswer>;

/** 409 of `POST /purchase`: it was bought before; `object` is that purchase. */
export const PurchaseExistsAnswer = PaymentServiceRefusal.extend({ id: z.string(), object: ShownPurchase });
export type PurchaseExistsAnswer = z.infer<typeof PurchaseExistsAnswer>;

/** 200 of `GET /health`; `data.status` is "ok" while it runs. */
export const PaymentServiceHealth = answerOf(z.object({ status: z.string().optional() }));
export type PaymentServiceHealth = z.infer<typeof PaymentServiceHealth>;
