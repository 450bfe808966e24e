import { z } from 'zod';
import { answerOf } from './answers.ts';
import { MasumiNetwork, PaymentSourceType, ShownAmount } from './primitives.ts';

/** How an agent is priced: fixed amounts, an amount with each request, or nothing. */
export const AgentPricingAnswer = z.union([
  z.object({ pricingType: z.literal('Fixed'), Pricing: z.array(ShownAmount).min(1) }),
  z.object({ pricingType: z.literal('Free') }),
  z.object({ pricingType: z.literal('Dynamic') }),
]);
export type AgentPricingAnswer = z.infer<typeof AgentPricingAnswer>;

/** Pricing of one payment source. `asset` "lovelace" or "" is ADA in its smallest unit. */
export const SourcePricing = z.union([
  z.object({
    pricingType: z.literal('Fixed'),
    fixed: z.array(z.object({ asset: z.string(), amount: z.string().regex(/^\d+$/) })).min(1),
  }),
  z.object({ pricingType: z.literal('Dynamic') }),
  z.object({ pricingType: z.literal('Free') }),
]);
export type SourcePricing = z.infer<typeof SourcePricing>;

/** A payment source that an agent supports, on Cardano. */
export const CardanoSource = z.object({
  chain: z.literal('Cardano'),
  network: MasumiNetwork,
  paymentSourceType: PaymentSourceType,
  pricing: SourcePricing,
});
export type CardanoSource = z.infer<typeof CardanoSource>;

/** A source on another chain, which is not ours to use; its place in the list counts. */
export const OtherSource = z.object({ chain: z.string() });
export type OtherSource = z.infer<typeof OtherSource>;

/**
 * 200 of `GET /registry/agent-identifier`. Agents of metadata version 2 price each source by itself, then the pricing
 * above them may be null.
 */
export const AgentAnswer = answerOf(
  z.object({
    agentIdentifier: z.string().optional(),
    Metadata: z.object({
      name: z.string().optional(),
      AgentPricing: AgentPricingAnswer.nullish(),
      supportedPaymentSources: z.array(z.union([CardanoSource, OtherSource])).nullish(),
    }),
  }),
);
export type AgentAnswer = z.infer<typeof AgentAnswer>;

/** 200 of `GET /payment-source`. */
export const PaymentSourceListAnswer = answerOf(
  z.object({
    PaymentSources: z.array(
      z.object({
        id: z.string(),
        network: MasumiNetwork,
        paymentSourceType: z.string().optional(),
        policyId: z.string().nullable(),
        smartContractAddress: z.string(),
      }),
    ),
  }),
);
export type PaymentSourceListAnswer = z.infer<typeof PaymentSourceListAnswer>;
