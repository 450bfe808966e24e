import { createClient } from '../db/connections.ts';
import { applyTransfer } from '../db/ledger.ts';
import { floatAccount, worldAccount } from '../domain/accounts.ts';
import { move } from '../domain/ledger.ts';
import type { LocalAssets } from './chains/local-assets.ts';
import { EVM_FLOAT } from './chains/deploy/evm.ts';
import { ESCROW_LAMPORTS } from './chains/deploy/solana.ts';

/** Books the operator's first balances on the local chains, once, so that ledger and chains agree from the start. */
export async function bookFloat(databaseUrl: string, local: LocalAssets): Promise<void> {
  const amounts: [network: string, address: string | null, amount: bigint][] = [
    [local.evm.network, local.evm.token.address, EVM_FLOAT],
    [local.solanaNetwork, null, ESCROW_LAMPORTS],
  ];
  const client = createClient(databaseUrl);
  await client.connect();
  try {
    for (const [network, address, amount] of amounts) {
      const asset = local.assets.find((one) => one.network === network && one.address === address);
      if (asset === undefined) continue;
      await applyTransfer(client, {
        id: `funding:${asset.id}:first`,
        kind: 'funding',
        state: 'posted',
        tenant: 'system',
        entries: move(worldAccount(asset), floatAccount(asset), amount),
      });
    }
  } finally {
    await client.end();
  }
}
