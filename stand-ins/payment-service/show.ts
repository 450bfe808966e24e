import { createHash } from 'node:crypto';
import type { Deal } from './deal.ts';
import type { World } from './world.ts';
import { POLICY_ID, type StandInAgent } from './agents.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** The address of the deal's escrow. Its words keep anybody from taking it for a real one. */
export const sourceOf = (world: World, sourceType: string) => ({
  id: `stand-in-${sourceType}`,
  network: world.network,
  paymentSourceType: sourceType,
  smartContractAddress: `addr_stand_in_${sourceType.toLowerCase()}`,
  policyId: POLICY_ID,
});

/** A deal as its seller's service shows it. */
export function showPayment(world: World, deal: Deal): object {
  const { action, note, resultHash } = deal.seller;
  return {
    ...showBoth(world, deal),
    id: deal.id,
    createdAt: iso(deal.createdAt),
    NextAction: { requestedAction: action, errorType: note && 'Unknown', errorNote: note, resultHash },
    ActionHistory: null,
    RequestedFunds: deal.funds,
    BuyerWallet: deal.purchase && { id: 'stand-in-buyer', walletVkey: world.buyerVkey },
    SmartContractWallet: sellerWallet(deal),
    metadata: deal.metadata,
  };
}

/** The same deal as its buyer's service shows it. */
export function showPurchase(world: World, deal: Deal): object {
  const { action, note } = deal.buyer;
  return {
    ...showBoth(world, deal),
    id: deal.purchase?.id,
    createdAt: iso(deal.purchase?.createdAt ?? deal.createdAt),
    NextAction: { requestedAction: action, errorType: note && 'Unknown', errorNote: note },
    ActionHistory: null,
    PaidFunds: deal.funds,
    SellerWallet: { id: 'stand-in-seller', walletVkey: deal.sellerVkey },
    SmartContractWallet: {
      id: 'stand-in-buyer',
      walletVkey: world.buyerVkey,
      walletAddress: 'addr_stand_in_buyer',
    },
    metadata: deal.purchase?.metadata ?? null,
  };
}

const sellerWallet = (deal: Deal) => ({
  id: 'stand-in-seller',
  walletVkey: deal.sellerVkey,
  walletAddress: 'addr_stand_in_seller',
});

function showBoth(world: World, deal: Deal) {
  const updatedAt = iso(deal.updatedAt);
  return {
    updatedAt,
    blockchainIdentifier: deal.blockchainIdentifier,
    agentIdentifier: deal.agentIdentifier,
    agentName: deal.agentName,
    pricingType: deal.pricingType,
    lastCheckedAt: iso(world.clock.now()),
    payByTime: String(deal.payByTime),
    submitResultTime: String(deal.submitResultTime),
    unlockTime: String(deal.unlockTime),
    externalDisputeUnlockTime: String(deal.externalDisputeUnlockTime),
    collateralReturnLovelace: null,
    buyerReturnAddress: null,
    sellerReturnAddress: null,
    requestedById: 'stand-in-key',
    inputHash: deal.inputHash,
    resultHash: deal.resultHash,
    nextActionLastChangedAt: updatedAt,
    onChainStateOrResultLastChangedAt: updatedAt,
    nextActionOrOnChainStateOrResultLastChangedAt: updatedAt,
    totalBuyerCardanoFees: 0,
    totalSellerCardanoFees: 0,
    cooldownTime: 0,
    cooldownTimeOtherParty: 0,
    onChainState: deal.chainState,
    CurrentTransaction: transactionOf(deal),
    TransactionHistory: null,
    WithdrawnForSeller: deal.chainState === 'Withdrawn' ? deal.funds : [],
    // Admins of this stand-in always decide for the buyer.
    WithdrawnForBuyer: /^(Refund|Disputed)Withdrawn$/.test(deal.chainState ?? '') ? deal.funds : [],
    PaymentSource: sourceOf(world, deal.sourceType),
  };
}

function transactionOf({ chainState, blockchainIdentifier, updatedAt, createdAt }: Deal) {
  if (chainState === null) return null;
  const txHash = createHash('sha256').update(`${blockchainIdentifier} ${chainState}`).digest('hex');
  return {
    id: `stand-in-${txHash.slice(0, 20)}`,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    fees: '0',
    blockHeight: null,
    blockTime: null,
    txHash,
    status: 'Confirmed',
    previousOnChainState: null,
    newOnChainState: chainState,
    confirmations: 1,
  };
}

/** An agent as the registry shows it. */
export function showAgent(world: World, agent: StandInAgent): object {
  const { kind } = agent.pricing;
  const amounts = agent.pricing.kind === 'Fixed' ? agent.pricing.amounts : [];
  const isV2 = agent.sourceType === 'Web3CardanoV2';
  const own = { pricingType: kind, ...(kind === 'Fixed' && { Pricing: amounts }) };
  const fixed = amounts.map(({ unit, amount }) => ({ asset: unit === '' ? 'lovelace' : unit, amount }));
  const source = {
    chain: 'Cardano',
    network: world.network,
    paymentSourceType: agent.sourceType,
    address: sourceOf(world, agent.sourceType).smartContractAddress,
    pricing: { pricingType: kind, ...(kind === 'Fixed' && { fixed }) },
  };
  return {
    policyId: agent.agentIdentifier.slice(0, 56),
    assetName: agent.agentIdentifier.slice(56),
    agentIdentifier: agent.agentIdentifier,
    Metadata: {
      name: agent.name,
      description: 'An agent in the registry of a stand-in',
      apiBaseUrl: 'http://127.0.0.1/stand-in',
      ExampleOutputs: [],
      Tags: ['stand-in'],
      Capability: null,
      Author: { name: 'stand-in' },
      Legal: null,
      AgentPricing: isV2 ? null : own,
      image: 'stand-in',
      metadataVersion: isV2 ? 2 : 1,
      supportedPaymentSources: isV2 ? [source] : null,
      verifications: null,
    },
  };
}

/** What `GET /payment-source` lists. */
export const showSource = (world: World, sourceType: string): object => ({
  ...sourceOf(world, sourceType),
  createdAt: iso(0),
  updatedAt: iso(0),
  requiredAdminSignatures: sourceType === 'Web3CardanoV2' ? 1 : null,
  lastIdentifierChecked: null,
  lastCheckedAt: null,
  AdminWallets: [],
  FeeReceiverNetworkWallet: null,
  feeRatePermille: 50,
});
