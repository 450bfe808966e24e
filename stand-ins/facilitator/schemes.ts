import { createKeyPairSignerFromBytes } from '@solana/kit';
import { x402Facilitator } from '@x402/core/facilitator';
import type { Network } from '@x402/core/types';
import { toFacilitatorEvmSigner } from '@x402/evm';
import { ExactEvmScheme } from '@x402/evm/exact/facilitator';
import { SettlementCache, toFacilitatorSvmSigner } from '@x402/svm';
import { ExactSvmScheme } from '@x402/svm/exact/facilitator';
import { ExactSvmSchemeV1 } from '@x402/svm/exact/v1/facilitator';
import bs58 from 'bs58';
import pLimit from 'p-limit';
import { callRpc } from '../../embedded/chains/json-rpc.ts';
import { createWalletClient, http, publicActions } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

export interface FacilitatorChains {
  readonly evm?:
    | { readonly rpcUrl: string; readonly chainId: number; readonly privateKey: string }
    | undefined;
  /** `networkV1` is the name of the same network in x402 v1, e.g. "solana-devnet". */
  readonly solana?:
    | {
        readonly rpcUrl: string;
        readonly network: string;
        readonly networkV1: string;
        readonly secretKey: string;
      }
    | undefined;
}

export interface LocalFacilitator {
  readonly facilitator: x402Facilitator;
  /** Whether the chain answers: only then does a refusal mean anything. */
  isReachable(network: string): Promise<boolean>;
}

/**
 * Scheme `exact` on the chains given. v1 exists on Solana only: v1 names its EVM networks from a fixed list that has no
 * local chain. Each network is registered by itself; the packages' helper would offer mainnet, settled here.
 */
export async function createFacilitator(chains: FacilitatorChains): Promise<LocalFacilitator> {
  const facilitator = new x402Facilitator();
  if (chains.evm) {
    facilitator.register(`eip155:${chains.evm.chainId}`, new ExactEvmScheme(createEvmSigner(chains.evm)));
  }
  if (chains.solana) {
    const { rpcUrl, network, networkV1, secretKey } = chains.solana;
    const feePayer = await createKeyPairSignerFromBytes(bs58.decode(secretKey));
    const signer = toFacilitatorSvmSigner(feePayer, { defaultRpcUrl: rpcUrl });
    // Shared, so that a transaction is not settled over both versions at once.
    const settling = new SettlementCache();
    facilitator.register(network as Network, new ExactSvmScheme(signer, settling));
    facilitator.registerV1(networkV1 as Network, new ExactSvmSchemeV1(signer, settling));
  }
  return { facilitator, isReachable: (network) => isReachable(chains, network) };
}

/** One cheap call to the chain that belongs to a network. */
async function isReachable({ evm, solana }: FacilitatorChains, network: string): Promise<boolean> {
  const asked = network.startsWith('eip155:')
    ? callRpc(evm?.rpcUrl ?? '', 'eth_chainId')
    : callRpc(solana?.rpcUrl ?? '', 'getSlot');
  return asked.then(
    () => true,
    () => false,
  );
}

const RECEIPT_POLL_MS = 100;

function createEvmSigner({ rpcUrl, chainId, privateKey }: NonNullable<FacilitatorChains['evm']>) {
  const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 };
  const chain = { id: chainId, name: 'local', nativeCurrency, rpcUrls: { default: { http: [rpcUrl] } } };
  const account = privateKeyToAccount(privateKey as `0x${string}`);
  const transport = http(rpcUrl);
  const client = createWalletClient({ account, chain, transport, pollingInterval: RECEIPT_POLL_MS }).extend(
    publicActions,
  );
  const inTurn = pLimit(1); // two sends that read the account's nonce together would take the same
  return toFacilitatorEvmSigner({
    address: account.address,
    readContract: (call) => client.readContract({ ...call, args: call.args ?? [] }),
    verifyTypedData: (call) => client.verifyTypedData(call as Parameters<typeof client.verifyTypedData>[0]),
    writeContract: (call) => inTurn(() => client.writeContract(call)),
    sendTransaction: (call) => inTurn(() => client.sendTransaction(call)),
    waitForTransactionReceipt: (call) => client.waitForTransactionReceipt(call),
    // The package starts this check and may leave it unawaited, where a rejection would end the process.
    getCode: (call) => client.getCode(call).catch(() => undefined),
  });
}
