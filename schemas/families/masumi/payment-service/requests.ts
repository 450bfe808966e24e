import { z } from 'zod';
import {
  AskedAmount,
  IsoTime,
  isHex,
  MasumiNetwork,
  PaymentChainState,
  PaymentSourceType,
} from './primitives.ts';

const LONGEST_IDENTIFIER = 8000;
const NEVER_INTENDED = '1970-01-01T12:00:00.000Z';

const InputHash = z.string().max(250).refine(isHex, 'must be hex');
const IdentifierFromPurchaser = z
  .string()
  .min(14)
  .max(26)
  .refine(isHex, 'must be hex with an even number of digits');
const AgentIdentifierText = z.string().min(57).max(250);
const SourceIndex = z.int().min(0).max(24);

/** `POST /payment`. Without the two times its defaults lie in 1970, which it then refuses. */
export const CreatePaymentRequest = z.object({
  network: MasumiNetwork,
  agentIdentifier: AgentIdentifierText,
  inputHash: InputHash,
  identifierFromPurchaser: IdentifierFromPurchaser,
  payByTime: IsoTime.default(NEVER_INTENDED),
  submitResultTime: IsoTime.default(NEVER_INTENDED),
  unlockTime: IsoTime.optional(),
  externalDisputeUnlockTime: IsoTime.optional(),
  /** Dynamic pricing only. */
  RequestedFunds: z.array(AskedAmount).max(7).optional(),
  metadata: z.string().optional(),
  paymentSourceType: PaymentSourceType.optional(),
  /** Needed for V2 sources, refused for V1. */
  supportedPaymentSourceIndex: SourceIndex.optional(),
  sellerReturnAddress: z.string().max(250).optional(),
});
export type CreatePaymentRequest = z.infer<typeof CreatePaymentRequest>;

/** `POST /payment/resolve-blockchain-identifier`, and the same under `/purchase`. */
export const ResolveRequest = z.object({
  network: MasumiNetwork,
  blockchainIdentifier: z.string().min(1).max(LONGEST_IDENTIFIER),
  filterSmartContractAddress: z.string().nullable().optional(),
  includeHistory: z.string().default('false'),
});
export type ResolveRequest = z.infer<typeof ResolveRequest>;

/** `POST /payment/submit-result`. */
export const SubmitResultRequest = z.object({
  network: MasumiNetwork,
  blockchainIdentifier: z.string().min(1).max(LONGEST_IDENTIFIER),
  submitResultHash: z
    .string()
    .min(64)
    .max(64)
    .regex(/^[0-9a-fA-F]{64}$/),
});
export type SubmitResultRequest = z.infer<typeof SubmitResultRequest>;

/** `POST /payment/authorize-refund`, `/purchase/request-refund` and `/purchase/cancel-refund-request`. */
export const RefundRequest = z.object({
  network: MasumiNetwork,
  blockchainIdentifier: z.string().max(LONGEST_IDENTIFIER),
});
export type RefundRequest = z.infer<typeof RefundRequest>;

/** Query of `GET /payment` and `GET /purchase`. The page starts with the row that `cursorId` names. */
export const PaymentListQuery = z.object({
  network: MasumiNetwork,
  limit: z.coerce.number().min(1).max(100).refine(Number.isInteger, 'must be whole').default(10),
  cursorId: z.string().optional(),
  filterSmartContractAddress: z.string().nullable().optional(),
  filterOnChainState: PaymentChainState.optional(),
  filterPaymentSourceType: PaymentSourceType.optional(),
  includeHistory: z.string().default('false'),
});
export type PaymentListQuery = z.infer<typeof PaymentListQuery>;

const UnixTime = z.string().refine((text) => /^\d{1,16}$/.test(text), 'must be a number of Unix time');

/** `POST /purchase`: the seller's terms, times as the seller's payment service gave them. */
export const CreatePurchaseRequest = z.object({
  network: MasumiNetwork,
  blockchainIdentifier: z.string().max(LONGEST_IDENTIFIER),
  agentIdentifier: AgentIdentifierText,
  sellerVkey: z.string().max(250),
  inputHash: InputHash,
  identifierFromPurchaser: IdentifierFromPurchaser,
  payByTime: UnixTime,
  submitResultTime: UnixTime,
  unlockTime: UnixTime,
  externalDisputeUnlockTime: UnixTime,
  /** Needed with dynamic pricing; with fixed pricing they must be what is due, if they are given. */
  Amounts: z.array(AskedAmount).max(7).optional(),
  metadata: z.string().optional(),
  paymentSourceType: PaymentSourceType.optional(),
  smartContractAddress: z.string().max(250).optional(),
  supportedPaymentSourceIndex: SourceIndex.optional(),
  buyerReturnAddress: z.string().max(250).optional(),
  sellerReturnAddress: z.string().max(250).optional(),
});
export type CreatePurchaseRequest = z.infer<typeof CreatePurchaseRequest>;

/** Query of `GET /registry/agent-identifier`. */
export const AgentQuery = z.object({ agentIdentifier: AgentIdentifierText, network: MasumiNetwork });
export type AgentQuery = z.infer<typeof AgentQuery>;

/** Query of `GET /payment-source`. */
export const PaymentSourceQuery = z.object({
  take: z.coerce.number().min(1).max(100).refine(Number.isInteger, 'must be whole').default(10),
  cursorId: z.string().max(250).optional(),
});
export type PaymentSourceQuery = z.infer<typeof PaymentSourceQuery>;
