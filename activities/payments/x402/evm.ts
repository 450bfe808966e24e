import { ExactEvmScheme } from '@x402/evm/exact/client';
import { createHash } from 'node:crypto';
import {
  Contract,
  FetchRequest,
  getAddress,
  isAddress,
  JsonRpcProvider,
  Wallet,
  type BlockTag,
  type TypedDataField,
} from 'ethers';
import type { Offer } from '../../../domain/payments/offers.ts';
import type { Rail, SignedPayment, SignOrder } from '../../../domain/payments/rail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { locateAuthorization, readIncomingTransfer, TOKEN_ABI } from './evm-chain.ts';
import { findShortfall } from './evm-delivery.ts';
import { createPayload } from './payload.ts';

export interface EvmRailConfig {
  rpcUrl: string;
  chainId: number;
  /** The operator's float wallet. */
  privateKey: string;
  /** A signature never lives longer than this, whatever a seller asks for. */
  maxValiditySeconds?: number;
  requestTimeoutMs?: number;
}

/** x402 `exact` over EIP-3009: the float wallet signs an authorization, the seller's facilitator submits it. */
export function createEvmRail(config: EvmRailConfig): Rail {
  const network = `eip155:${config.chainId}`;
  const wallet = new Wallet(config.privateKey);
  const provider = connect(config);
  const chain = { provider, chainId: config.chainId };
  const token = (asset: string): Contract => new Contract(asset, TOKEN_ABI, provider);
  const heldAt = async (asset: string | null, blockTag: BlockTag): Promise<bigint> =>
    asset === null
      ? provider.getBalance(wallet.address, blockTag)
      : ((await token(asset).getFunction('balanceOf')(wallet.address, { blockTag })) as bigint);
  return {
    kind: 'x402-evm',
    network,
    payer: wallet.address,
    refuses: (offer) => refusal(offer, wallet.address),
    shortfall: (offer) => findShortfall(provider, wallet.address, offer),
    available: async (asset) => (await token(asset).getFunction('balanceOf')(wallet.address)) as bigint,
    holdsFinally: (asset) => heldAt(asset, 'finalized').catch(() => heldAt(asset, 'latest')), // a node may lack the state of older blocks
    // From the finalized block on: a reorganisation may put the payment below what is the latest block now.
    sign: async (order) => {
      const since = (await provider.getBlock('finalized'))?.number ?? 0;
      return sign(wallet, network, since, order, config.maxValiditySeconds ?? 600);
    },
    locate: (proof, hint) => locateAuthorization(chain, proof, hint),
    readIncoming: (query) => readIncomingTransfer(chain, wallet.address, query),
    close: () => provider.destroy(),
  };
}

function connect({ rpcUrl, chainId, requestTimeoutMs = 10_000 }: EvmRailConfig): JsonRpcProvider {
  const request = new FetchRequest(rpcUrl);
  request.timeout = requestTimeoutMs;
  return new JsonRpcProvider(request, chainId, { staticNetwork: true, cacheTimeout: -1 });
}

function refusal(offer: Offer, payer: string): string | undefined {
  const method = offer.extra['assetTransferMethod'] ?? 'eip3009';
  if (offer.scheme !== 'exact') return `the scheme ${offer.scheme} is not supported`;
  if (method !== 'eip3009') return `the transfer method ${JSON.stringify(method)} is not supported`;
  if (typeof offer.extra['name'] !== 'string' || typeof offer.extra['version'] !== 'string')
    return 'the offer does not name the token and its version, which the signature needs';
  if (!isAddress(offer.payTo) || !isAddress(offer.asset)) return 'the offer has a malformed address';
  if (getAddress(offer.payTo) === payer) return 'the seller is our own wallet';
  return undefined;
}

interface Authorization {
  from: string;
  to: string;
  value: string;
  validBefore: string;
  nonce: string;
}

async function sign(
  wallet: Wallet,
  network: string,
  signedBlock: number,
  order: SignOrder,
  maxValiditySeconds: number,
): Promise<SignedPayment> {
  const { offer } = order;
  const scheme = new ExactEvmScheme({
    address: wallet.address as `0x${string}`,
    signTypedData: async ({ domain, types, message }) => {
      const fields = types as Record<string, TypedDataField[]>;
      return (await wallet.signTypedData(domain, fields, message)) as `0x${string}`;
    },
  });
  const maxTimeoutSeconds = Math.min(offer.maxTimeoutSeconds, maxValiditySeconds);
  const { wire, inner } = await createPayload(scheme, order, { maxTimeoutSeconds, extra: offer.extra });
  const { from, to, value, validBefore, nonce } = inner['authorization'] as unknown as Authorization;
  if (value !== offer.amount || getAddress(to) !== getAddress(offer.payTo))
    throw new Error('The signing library signed other terms than the quote; nothing was kept.');
  const token = getAddress(offer.asset);
  const proof: JsonObject = { token, from, to, value, nonce, validBefore, signedBlock };
  const name = createHash('sha256')
    .update(`${network}:${token}:${from}:${nonce}`.toLowerCase())
    .digest('hex');
  return { payload: wire, fingerprint: `evm:${name}`, proof, fees: [] };
}
