import { createClient } from '../db/connections.ts';
import { applyTransfer } from '../db/ledger.ts';
import { floatAccount, worldAccount } from '../domain/accounts.ts';
import { move } from '../domain/ledger.ts';
import { moveTreasury } from '../db/repositories/treasury.ts';
import { assetId } from '../domain/assets.ts';
import type { Queryable } from '../db/ledger.ts';
import type { LocalAssets } from './chains/local-assets.ts';
import { EVM_FLOAT, MNEE_TREASURY } from './chains/deploy/evm.ts';
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
    await bookTreasury(client, local);
  } finally {
    await client.end();
  }
}

/** What agents may spend of the operator's own money on the local chain. */
async function bookTreasury(client: Queryable, { evm }: LocalAssets): Promise<void> {
  const { address, symbol: code, decimals } = evm.mnee;
  await moveTreasury(client, {
    id: `local:${address}`,
    asset: { id: assetId(evm.network, address, 0), code, network: evm.network, address, decimals },
    amount: MNEE_TREASURY,
    from: 'world',
    note: 'first balance on the local chain',
    by: 'npm start',
  });
}
