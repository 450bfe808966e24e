import { Contract, Wallet, type JsonRpcProvider, type TransactionResponse } from 'ethers';
import { setTimeout as delay } from 'node:timers/promises';
import { sampleToken } from '../../../contracts/sample-token.ts';
import type { LocalAssets } from '../../../embedded/chains/local-assets.ts';
import type { FaultingRpc } from './faulting-rpc.ts';
import { evmProvider } from './looking.ts';

/** Interference with an EVM chain behind everybody's back. */
export interface EvmHands {
  provider: JsonRpcProvider;
  send(method: string, ...params: unknown[]): Promise<unknown>;
  mine(): Promise<void>;
  /** Replaces every block after this one with as many empty ones. */
  reorganise(after: number): Promise<void>;
  /**
   * Terms of a shop whose authorizations expire this many seconds later, because tests make the chain's clock run
   * ahead.
   */
  expiringIn(seconds: number): Promise<{ maxTimeoutSeconds: number }>;
  /** Holds back transactions while `work` runs. */
  holding<T>(work: () => Promise<T>): Promise<T>;
  /** The facilitator's transaction that waits to be mined. */
  pending(): Promise<TransactionResponse>;
  facilitator: Wallet;
  operator: Wallet;
  token: Contract;
  close(): void;
}

export function evmHands({ evm }: LocalAssets): EvmHands {
  const provider = evmProvider(evm.rpcUrl);
  const send = (method: string, ...params: unknown[]): Promise<unknown> => provider.send(method, params);
  const mine = async (): Promise<void> => void (await send('evm_mine'));
  const facilitator = new Wallet(evm.facilitator.privateKey, provider);
  const operator = new Wallet(evm.operator.privateKey, provider);
  return {
    provider,
    send,
    mine,
    facilitator,
    operator,
    token: new Contract(evm.token.address, sampleToken.abi, operator),
    async reorganise(after) {
      await send('anvil_reorg', (await provider.getBlockNumber()) - after, []);
    },
    async expiringIn(seconds) {
      const { timestamp } = (await provider.getBlock('latest'))!;
      return { maxTimeoutSeconds: Math.max(0, timestamp - Math.floor(Date.now() / 1000)) + seconds };
    },
    async holding(work) {
      await send('evm_setAutomine', false);
      try {
        return await work();
      } finally {
        await send('evm_setAutomine', true);
        await mine();
      }
    },
    async pending() {
      for (let tries = 0; tries < 200; tries++) {
        const { pending } = (await send('txpool_content')) as {
          pending: Record<string, Record<string, { hash: string }>>;
        };
        const own = Object.entries(pending).find(
          ([from]) => from.toLowerCase() === facilitator.address.toLowerCase(),
        );
        const [waiting] = Object.values(own?.[1] ?? {});
        if (waiting) return (await provider.getTransaction(waiting.hash))!;
        await delay(20);
      }
      throw new Error('The facilitator sent nothing.');
    },
    close: () => provider.destroy(),
  };
}

/** From now on the node knows nothing after the block. */
export function holdBack(node: FaultingRpc, head: number): void {
  const hex = (number: number): string => `0x${Math.max(number, 0).toString(16)}`;
  const tag = (asked: unknown): unknown =>
    asked === 'finalized' || asked === 'safe' ? hex(head - 2) : asked === 'latest' ? hex(head) : asked;
  const ahead = (asked: unknown): boolean =>
    typeof asked === 'string' && asked.startsWith('0x') && Number(asked) > head;
  node.fault('eth_blockNumber', { kind: 'answer', result: () => hex(head) });
  node.fault('eth_getBlockByNumber', {
    kind: 'ask',
    params: (params) => {
      const [asked, full] = params as [unknown, boolean];
      return [ahead(asked) ? '0xffffffff' : tag(asked), full];
    },
  });
  node.fault('eth_call', {
    kind: 'ask',
    params: (params) => {
      const [call, asked] = params as [unknown, unknown];
      return [call, ahead(asked) ? '0xffffffff' : tag(asked)];
    },
  });
  node.fault('eth_getTransactionReceipt', {
    kind: 'change',
    result: (receipt) => (ahead((receipt as { blockNumber?: string } | null)?.blockNumber) ? null : receipt),
  });
  node.fault('eth_getLogs', {
    kind: 'change',
    result: (logs) => (logs as { blockNumber: string }[]).filter(({ blockNumber }) => !ahead(blockNumber)),
  });
}
