import { FetchRequest, isAddress, isHexString, JsonRpcProvider } from 'ethers';
import { inMinorUnits } from '../../../domain/receipts/amounts.ts';
import { readIncomingTransfer } from './node.ts';
import { locateRouterPayment } from './router-chain.ts';
import { locateAuthorization } from '../x402/evm-chain.ts';
import type { ReceiptPayment } from '../../../schemas/core/receipt.ts';
import type { Witness } from '../../../domain/receipts/on-chains.ts';

const TIMEOUT_MS = 15_000;

/** An EVM node: the rail's own reader judges, so a receipt is held to what payments are held to. */
export function createEvmWitness(rpcUrl: string): Witness {
  const request = new FetchRequest(rpcUrl);
  request.timeout = TIMEOUT_MS;
  // Which chain it serves is asked anew each time and compared by the caller; the library need not know.
  const provider = new JsonRpcProvider(request, 1, { staticNetwork: true, cacheTimeout: -1 });
  const chainId = async (): Promise<number> => Number(await provider.send('eth_chainId', []));
  return {
    network: async () => `eip155:${await chainId()}`,
    async find(payment) {
      const { proof, problems } = proofOf(payment);
      if (proof === undefined) return { sighting: { kind: 'void' }, problems };
      const chain = { provider, chainId: await chainId() };
      const sighting = isRouterProof(payment)
        ? await locateRouterPayment(chain, proof)
        : await locateAuthorization(chain, proof, payment.tx_hash);
      return { sighting, problems };
    },
    async findRefund({ tx_hash: txHash, asset, from, amount }, payment, show = inMinorUnits) {
      const { proof, problems } = proofOf(payment);
      if (proof === undefined) return { final: false, problems };
      if (!isAddress(asset) || !isAddress(from))
        return { final: false, problems: ['it names a malformed address'] };
      const chain = { provider, chainId: await chainId() };
      const found = await readIncomingTransfer(chain, proof.from, { txHash, asset, from });
      if (found.kind !== 'found')
        return { final: false, problems: [`transaction ${txHash} is ${found.kind}`] };
      const fits = found.amount >= BigInt(amount);
      const wrong = `transaction ${txHash} moved ${show(found.amount)} back, not ${show(amount)}`;
      return { final: found.final, problems: fits ? [] : [wrong] };
    },
    close: () => provider.destroy(),
  };
}

interface Wanted {
  [name: string]: string | number | string[];
  from: string;
}

const isRouterProof = ({ proof }: ReceiptPayment): boolean => proof?.kind === 'evm-transaction';

/** As the rail keeps it. Malformed values would be the node's errors; they are the receipt's. */
function proofOf({ proof }: ReceiptPayment): { proof: Wanted | undefined; problems: string[] } {
  if (proof?.kind === 'evm-transaction') return routerProofOf(proof);
  if (proof?.kind !== 'evm-authorization')
    return { proof: undefined, problems: ['its proof is not one of this chain'] };
  const { token, from, to, value, nonce, valid_before: validBefore, signed_block: signedBlock } = proof;
  if (![token, from, to].every((address) => isAddress(address)))
    return { proof: undefined, problems: ['its proof has a malformed address'] };
  if (!isHexString(nonce, 32) || !/^\d{1,20}$/.test(validBefore))
    return { proof: undefined, problems: ['its proof has a malformed nonce or expiry'] };
  return { proof: { token, from, to, value, nonce, validBefore, signedBlock }, problems: [] };
}

type RouterPaper = Extract<NonNullable<ReceiptPayment['proof']>, { kind: 'evm-transaction' }>;

function routerProofOf(proof: RouterPaper): { proof: Wanted | undefined; problems: string[] } {
  const { kind: _kind, to: payee, signed_block: signedBlock, transactions: payments, ...rest } = proof;
  const { token, from, router, allowances, fillers } = rest;
  if (![token, from, payee, router].every((address) => isAddress(address)))
    return { proof: undefined, problems: ['its proof has a malformed address'] };
  if (![...payments, ...allowances, ...fillers].every((hash) => isHexString(hash, 32)))
    return { proof: undefined, problems: ['its proof has a malformed transaction hash'] };
  return { proof: { ...rest, payee, payments, signedBlock, expiresAtMs: 0 }, problems: [] };
}
