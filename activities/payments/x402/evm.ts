import { ExactEvmScheme } from '@x402/evm/exact/client';
import { createHash } from 'node:crypto';
import { getAddress, isAddress, Wallet, ZeroAddress, type TypedDataField } from 'ethers';
import { describeTerms } from '../../../domain/payments/describe.ts';
import type { Offer } from '../../../domain/payments/offer.ts';
import type { Rail, SignedPayment, SignOrder } from '../../../domain/payments/rail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import {
  connectEvm,
  heldAt,
  heldFinally,
  inMinorUnits,
  readIncomingTransfer,
  type EvmNodeConfig,
} from '../evm/node.ts';
import { createEvmIntake } from '../evm/intake.ts';
import { nodeName } from '../node-name.ts';
import { locateAuthorization } from './evm-chain.ts';
import { tokenRefusal } from './evm-token.ts';
import { createPayload } from './payload.ts';

export interface EvmRailConfig extends EvmNodeConfig {
  /** The operator's float wallet. */
  privateKey: string;
  /** A signature never lives longer than this, whatever a seller asks for. */
  maxValiditySeconds?: number;
}

/** x402 `exact` over EIP-3009: the float wallet signs an authorization, the seller's facilitator submits it. */
export function createEvmRail(config: EvmRailConfig): Rail {
  const network = `eip155:${config.chainId}`;
  const wallet = new Wallet(config.privateKey);
  const chain = connectEvm(config);
  const { provider } = chain;
  return {
    kind: 'x402-evm',
    network,
    payer: wallet.address,
    node: nodeName(config.rpcUrl),
    refuses: (offer) => refusal(offer, wallet.address),
    shortfall: (offer, decimals) =>
      tokenRefusal(chain, { from: wallet.address, show: config.show ?? inMinorUnits }, offer, decimals),
    available: (asset) => heldAt(chain, wallet.address, asset),
    holdsFinally: (asset) => heldFinally(chain, wallet.address, asset),
    // From the finalized block on: a reorganisation may put the payment below what is the latest block now.
    sign: async (order) => {
      const since = (await provider.getBlock('finalized'))?.number ?? 0;
      return sign(wallet, network, since, order, config.maxValiditySeconds ?? 600);
    },
    locate: (proof, hint) => locateAuthorization(chain, proof, hint),
    describe: (terms) =>
      describeTerms(terms, { payer: wallet.address, network, how: 'an x402 authorization' }),
    readIncoming: (query) => readIncomingTransfer(chain, wallet.address, query),
    intake: createEvmIntake(chain, wallet.address),
    close: () => provider.destroy(),
  };
}

function refusal(offer: Offer, payer: string): string | undefined {
  const method = offer.extra['assetTransferMethod'] ?? 'eip3009';
  if (offer.scheme !== 'exact') return `the scheme ${offer.scheme} is not supported`;
  if (method !== 'eip3009') return `the transfer method ${JSON.stringify(method)} is not supported`;
  if (typeof offer.extra['name'] !== 'string' || typeof offer.extra['version'] !== 'string')
    return 'the offer does not name the token and its version, which the signature needs';
  if (!isAddress(offer.payTo) || !isAddress(offer.asset)) return 'the offer has a malformed address';
  if (getAddress(offer.payTo) === payer) return 'the seller is our own wallet';
  if (getAddress(offer.payTo) === ZeroAddress) return 'the offer pays nobody';
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
