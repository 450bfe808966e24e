import { Connection, PublicKey } from '@solana/web3.js';
import { Contract, JsonRpcProvider } from 'ethers';
import pg from 'pg';
import { expect } from 'vitest';
import { holdReceipts } from './receipts.ts';
import type { Victims } from './victims.ts';

/** Each payment at most once, every coin where the ledger says, and receipts that say the same. */
export async function holdBooks(victims: Victims): Promise<void> {
  const books = await readBooks(victims);
  expect(books.wrong).toEqual([]);
  expect(books.paidTwice).toEqual([]);
  expect(books.leftInReserves).toBe(0n);
  expect(books.onChain).toEqual(books.settled);
  await expect.poll(() => findingsOf(victims), { timeout: 30_000 }).toEqual([]);
  await holdReceipts(victims);
}

/** What the product itself finds when it compares chains, ledger and runs. */
async function findingsOf({ url }: Victims): Promise<unknown> {
  const answer = await fetch(`${url}/ledger/reconciliation`, { method: 'POST' });
  const { findings } = (await answer.json()) as { findings?: unknown };
  return answer.status === 200 ? findings : answer.status;
}

/** What the ledger says and what the chains say, for the same accounts. Minor units. */
interface Books {
  /** Transfers that do not sum to zero, and accounts below zero: must be empty. */
  wrong: unknown[];
  /** Settled payments, and withdrawals of tokens that ended well, by network. */
  settled: { [network: string]: { count: number; sum: bigint } };
  /** Transfers out of our wallets that the chains know, by network. */
  onChain: { [network: string]: { count: number; sum: bigint } };
  /** Holds and reserves that ended runs left behind: must be 0. */
  leftInReserves: bigint;
  /** Steps with more than one payment that took money. */
  paidTwice: unknown[];
}

async function readBooks({ config, local }: Victims): Promise<Books> {
  const client = new pg.Client({ connectionString: config.DATABASE_URL });
  await client.connect();
  const rows = async <T extends pg.QueryResultRow>(text: string): Promise<T[]> =>
    (await client.query<T>(text)).rows;
  const settled = await rows<{ network: string; count: string; sum: string }>(
    `select network, count(*), coalesce(sum(amount), 0) as sum from (
       select network, amount from payment where kind = 'step' and status = 'settled'
       union all
       select split_part(asset, '/', 1), amount from withdrawal where status = 'finalized' and asset like '%/token:%'
     ) paid group by network`,
  );
  const wrong = await rows(
    `select e.transfer_id, a.asset, sum(e.amount) from entry e join account a on a.id = e.account_id
     group by 1, 2 having sum(e.amount) <> 0`,
  );
  const [left] = await rows<{ sum: string }>(
    `select coalesce(sum(b.posted - b.pending_out), 0) as sum from account_balance b join account a on a.id = b.account_id where a.kind = 'reserve'`,
  );
  const paidTwice = await rows(
    `select run_id, step_id from payment where kind = 'step' and status in ('settled', 'submitted', 'signed', 'unknown') group by 1, 2 having count(*) > 1`,
  );
  await client.end();
  return {
    wrong,
    paidTwice,
    leftInReserves: BigInt(left!.sum),
    settled: Object.fromEntries(
      settled.map(({ network, count, sum }) => [network, { count: Number(count), sum: BigInt(sum) }]),
    ),
    onChain: {
      ...(await evmTransfers(config.EVM_RPC_URL!, local)),
      ...(await solanaTransfers(config.SOLANA_RPC_URL!, local)),
    },
  };
}

type Sums = Books['onChain'];

async function evmTransfers(rpcUrl: string, { evm }: Victims['local']): Promise<Sums> {
  const provider = new JsonRpcProvider(rpcUrl, evm.chainId, { staticNetwork: true });
  const transfersOf = (address: string) => {
    const token = new Contract(
      address,
      ['event Transfer(address indexed from, address indexed to, uint256 value)'],
      provider,
    );
    return token.queryFilter(token.filters['Transfer']!(evm.operator.address), 0);
  };
  const logs = (await Promise.all([evm.token.address, evm.mnee.address].map(transfersOf))).flat();
  provider.destroy();
  const values = logs.map((log) => ('args' in log ? BigInt(String(log.args[2])) : 0n));
  return values.length === 0
    ? {}
    : { [evm.network]: { count: values.length, sum: values.reduce((a, b) => a + b, 0n) } };
}

/** Every transaction of the escrow's token account that made it smaller. */
async function solanaTransfers(rpcUrl: string, { solana, solanaNetwork }: Victims['local']): Promise<Sums> {
  const connection = new Connection(rpcUrl, 'confirmed');
  const signatures = await connection.getSignaturesForAddress(new PublicKey(solana.escrow.usdcAccount), {
    limit: 1000,
  });
  let count = 0;
  let sum = 0n;
  for (const { signature, err } of signatures) {
    if (err !== null) continue;
    const found = await connection.getTransaction(signature, {
      commitment: 'confirmed',
      maxSupportedTransactionVersion: 0,
    });
    const of = (
      balances:
        | readonly { owner?: string | null; mint: string; uiTokenAmount: { amount: string } }[]
        | null
        | undefined,
    ): bigint =>
      BigInt(
        balances?.find((one) => one.owner === solana.escrow.address && one.mint === solana.mint.address)
          ?.uiTokenAmount.amount ?? 0,
      );
    const out = of(found?.meta?.preTokenBalances) - of(found?.meta?.postTokenBalances);
    if (out <= 0n) continue;
    count++;
    sum += out;
  }
  return count === 0 ? {} : { [solanaNetwork]: { count, sum } };
}
