import { Interface, JsonRpcProvider, Transaction, Wallet } from 'ethers';
import { sampleToken } from '../../../contracts/sample-token.ts';
import type { RefundChain } from './refunder.ts';

const CONFIRM_TIMEOUT_MS = 30_000;

export function createEvmRefunds({
  rpcUrl,
  privateKey,
}: {
  rpcUrl: string;
  privateKey: string;
}): RefundChain & { close(): void } {
  const provider = new JsonRpcProvider(rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 100,
  });
  const wallet = new Wallet(privateKey, provider);
  const token = new Interface(sampleToken.abi);
  return {
    async sign({ asset, payer, amount }) {
      const data = token.encodeFunctionData('transfer', [payer, BigInt(amount)]);
      const filled = await wallet.populateTransaction({ to: asset, data });
      const raw = await wallet.signTransaction(filled);
      return { raw, transaction: Transaction.from(raw).hash ?? '' };
    },
    async submit({ raw, transaction }) {
      if (!(await provider.getTransactionReceipt(transaction)))
        await provider.send('eth_sendRawTransaction', [raw]);
      const receipt = await provider.waitForTransaction(transaction, 1, CONFIRM_TIMEOUT_MS);
      if (receipt?.status !== 1) throw new Error(`The refund ${transaction} failed on chain`);
    },
    close: () => provider.destroy(),
  };
}
