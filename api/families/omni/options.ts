import type { OmniConfig } from '../../../domain/omni/config.ts';
import type { ChatSettings } from '../../../domain/omni/ports.ts';
import type { FileProblem } from '../../../schemas/families/omni/files.ts';
import type { TransactionReceipt } from '../../../schemas/families/omni/money.ts';

export type ReadFiles = () => Promise<
  { ok: true; config: OmniConfig; hash: string } | { ok: false; problems: FileProblem[] }
>;

/** What is looked up of a payment on its chain. Amounts are minor units. */
export interface ReceiptQuestion {
  txHash: string;
  serviceId: string;
  agentId: string;
  taskId: string;
  provider: string;
  amount: string;
  serviceCallHash: string;
  payer: string | null;
}

export type ChainReceipt = Pick<
  TransactionReceipt,
  'status' | 'verified' | 'blockNumber' | 'confirmations' | 'checks'
> & { detail?: string };

export interface OmniOptions {
  taskQueue: string;
  /** Whose agents and services they are. */
  tenant: string;
  chat: Omit<ChatSettings, 'agentId'>;
  chatWaitMs: number;
  healthEveryMs: number;
  readFiles: ReadFiles;
  /** Undefined where no chain is configured. */
  lookAtChain?: ((question: ReceiptQuestion) => Promise<ChainReceipt>) | undefined;
}
