import {
  type BaseContract,
  type Contract,
  type ContractTransactionResponse,
  JsonRpcProvider,
  type Log,
  type TransactionReceipt,
  type Wallet,
  isCallException,
} from 'ethers';
import { startAnvil } from '../../embedded/chains/anvil.ts';
import { evmWallet } from '../../embedded/chains/keys.ts';
import { freePort } from '../../embedded/ports.ts';
import { createProcesses } from '../../embedded/processes.ts';

const seed = new Uint8Array(32).fill(3);

interface TestChain {
  readonly provider: JsonRpcProvider;
  /** A wallet with gas, the same for the same role. */
  wallet(role: string): Promise<Wallet>;
  stop(): Promise<void>;
}

/** A chain of the test's own; every transaction is mined at once. */
export async function startTestChain(): Promise<TestChain> {
  const processes = createProcesses({ log: () => undefined });
  const { rpcUrl } = await startAnvil({ processes, port: await freePort(), blockTimeMs: 0 });
  const provider = new JsonRpcProvider(rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 20,
  });
  const wallet = async (role: string): Promise<Wallet> => {
    const found = evmWallet(seed, role).connect(provider);
    await provider.send('anvil_setBalance', [found.address, '0x56BC75E2D63100000']);
    return found;
  };
  const stop = async (): Promise<void> => {
    provider.destroy();
    await processes.stopAll();
  };
  return { provider, wallet, stop };
}

/** The same contract, called by another wallet. */
export const as = (contract: Contract, wallet: Wallet): Contract => contract.connect(wallet) as Contract;

/** Sends a call and waits for its receipt. */
export async function send(
  contract: Contract,
  method: string,
  ...args: unknown[]
): Promise<TransactionReceipt> {
  const sent = (await contract.getFunction(method)(...args)) as ContractTransactionResponse;
  const receipt = await sent.wait();
  if (!receipt) throw new Error(`${method} was not mined`);
  return receipt;
}

export const read = (contract: Contract, method: string, ...args: unknown[]): Promise<unknown> =>
  contract.getFunction(method).staticCall(...args);

/** What stopped a call: the revert string, or the error with its values, such as `Panic(17)`. Undefined: nothing did. */
export async function refusal(work: Promise<unknown>, { interface: abi }: BaseContract) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return undefined;
  const parsed = isCallException(error) && error.data ? abi.parseError(error.data) : null;
  if (!parsed) throw error;
  return parsed.name === 'Error' ? String(parsed.args[0]) : `${parsed.name}(${parsed.args.join(',')})`;
}

/** The logs that one contract wrote. */
export async function logsOf(receipt: TransactionReceipt, contract: Contract): Promise<Log[]> {
  const address = await contract.getAddress();
  return receipt.logs.filter((log) => log.address === address);
}
