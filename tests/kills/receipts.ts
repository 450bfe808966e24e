import { expect } from 'vitest';
import { checkOnChains } from '../../domain/receipts/on-chains.ts';
import { createEvmWitness } from '../../activities/payments/evm/witness.ts';
import { checkOnPaper } from '../../api/receipts/verify.ts';
import { parseReceipt } from '../../api/receipts/read-receipt.ts';
import { createSolanaWitness } from '../../activities/payments/solana/witness.ts';
import type { Victims } from './victims.ts';

/** Whatever was killed: the receipt of each run that has ended agrees with itself and with both chains. */
export async function holdReceipts({ url, config }: Victims): Promise<void> {
  const evm = createEvmWitness(config.EVM_RPC_URL!);
  const solana = createSolanaWitness(config.SOLANA_RPC_URL!);
  const of = (network: string) => ({
    witness: network.startsWith('eip155:') ? evm : solana,
    option: 'a node',
  });
  const wrong: unknown[] = [];
  for (const id of await endedRuns(url)) {
    const receipt = parseReceipt(id, await (await fetch(`${url}/runs/${id}/receipt`)).text());
    const findings = [...checkOnPaper(receipt, {}), ...(await checkOnChains(receipt, { of }))];
    const bad = findings.filter(({ verdict }) => verdict === 'failed' || verdict === 'unanswered');
    if (bad.length > 0) wrong.push({ id, bad });
  }
  evm.close();
  expect(wrong).toEqual([]);
}

async function endedRuns(url: string): Promise<string[]> {
  const ids: string[] = [];
  for (const status of ['completed', 'failed', 'cancelled']) {
    const answer = await fetch(`${url}/runs?status=${status}&limit=200`);
    const { runs } = (await answer.json()) as { runs: { id: string }[] };
    ids.push(...runs.map(({ id }) => id));
  }
  return ids;
}
