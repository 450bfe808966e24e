import { MasumiNodeError } from './outside-errors.ts';
import type { AgentPricing, NodeAmount } from './ports/masumi-node.ts';
import type {
  AgentAnswer,
  MasumiNetwork,
  SourcePricing,
} from '../../schemas/families/masumi/payment-service.ts';

type Metadata = AgentAnswer['data']['Metadata'];
type Source = NonNullable<Metadata['supportedPaymentSources']>[number];

/** The agent's own pricing or, with metadata version 2, the pricing of its first source on our network. */
export function readPricing(metadata: Metadata, network: MasumiNetwork): AgentPricing {
  const { AgentPricing: own } = metadata;
  const sources = metadata.supportedPaymentSources ?? [];
  const index = sources.findIndex((source) => cardanoOn(source, network));
  const source = cardanoOn(sources[index], network);
  const sourceIndex = source?.paymentSourceType === 'Web3CardanoV2' ? { sourceIndex: index } : {};
  if (own?.pricingType === 'Fixed')
    return { kind: 'Fixed', amounts: own.Pricing.map(readAmount), ...sourceIndex };
  if (own) return { kind: own.pricingType, ...sourceIndex };
  if (source) return { ...readSourcePricing(source.pricing), ...sourceIndex };
  throw new MasumiNodeError(`The registry names no price of ${metadata.name ?? 'the agent'} on ${network}.`, {
    status: 422,
  });
}

function cardanoOn(source: Source | undefined, network: MasumiNetwork) {
  return source && 'pricing' in source && source.network === network ? source : undefined;
}

function readSourcePricing(pricing: SourcePricing): AgentPricing {
  if (pricing.pricingType !== 'Fixed') return { kind: pricing.pricingType };
  const amounts = pricing.fixed.map(({ asset, amount }) => readAmount({ unit: asset, amount }));
  return { kind: 'Fixed', amounts };
}

const readAmount = ({ unit, amount }: NodeAmount): NodeAmount => ({
  unit: unit.toLowerCase() === 'lovelace' ? '' : unit,
  amount,
});
