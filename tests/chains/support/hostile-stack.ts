import '../../../config/quiet-bindings.ts';
import { NATIVE_MINT } from '@solana/spl-token';
import { expect } from 'vitest';
import { createRails } from '../../../activities/payments/rails.ts';
import type { Rails } from '../../../domain/payments/rail.ts';
import { facilitatorChains } from '../../../embedded/chains/test-stack.ts';
import { startFacilitator } from '../../../stand-ins/facilitator/server.ts';
import type { LocalAssets } from '../../../embedded/chains/local-assets.ts';
import { startFaultingRpc, type FaultingRpc } from './faulting-rpc.ts';
import { evmBalance } from './looking.ts';
import { railsConfig, startMoneyStack, type MoneyStack } from './money-stack.ts';
import { honourFinality } from './solana-hands.ts';
import { startTestSeller, type SellerTerms, type TestSeller } from './seller.ts';

/** A node as Steward sees it (`ours`) or as the seller's facilitator sees it (`theirs`). */
interface Nodes {
  evm: FaultingRpc;
  solana: FaultingRpc;
}

/** The money stack. A test controls everything that Steward and the facilitator see of the chains. */
export interface HostileStack extends MoneyStack {
  ours: Nodes;
  theirs: Nodes;
  /** Its facilitator works over `theirs`. */
  shop: TestSeller;
  /** The URL of the facilitator behind the shop. */
  facilitatorUrl: string;
  rails: Rails;
  /** Another shop of the same facilitator. */
  openShop(terms: SellerTerms & { facilitatorUrl?: string; assets?: LocalAssets }): Promise<TestSeller>;
  heal(): void;
}

/** How long a node may take to answer. */
export const PATIENCE_MS = 400;

export async function startHostileStack(): Promise<HostileStack> {
  const stack = await startMoneyStack();
  const { assets } = stack;
  const nodes = async (): Promise<Nodes> => ({
    evm: await startFaultingRpc(assets.evm.rpcUrl),
    solana: await startFaultingRpc(assets.solana.rpcUrl),
  });
  const [ours, theirs] = [await nodes(), await nodes()];
  const config = railsConfig(assets);
  const rails = createRails({
    evm: { ...config.evm, rpcUrl: ours.evm.url, requestTimeoutMs: PATIENCE_MS },
    solana: { ...config.solana, rpcUrl: ours.solana.url, requestTimeoutMs: PATIENCE_MS },
  });
  const chains = facilitatorChains(assets);
  const facilitator = await startFacilitator({
    port: 0,
    chains: {
      evm: { ...chains.evm, rpcUrl: theirs.evm.url },
      solana: { ...chains.solana, rpcUrl: theirs.solana.url },
    },
  });
  const shops: TestSeller[] = [];
  const openShop: HostileStack['openShop'] = async ({
    facilitatorUrl = facilitator.url,
    assets: sold = assets,
    ...terms
  }) => {
    const opened = await startTestSeller(sold, facilitatorUrl, terms);
    shops.push(opened);
    return opened;
  };
  const shop = await openShop({ maxTimeoutSeconds: 600 }); // tests make the EVM chain's clock run ahead
  honourFinality(ours.solana);
  const all = [ours.evm, ours.solana, theirs.evm, theirs.solana];
  return {
    ...stack,
    ours,
    theirs,
    shop,
    facilitatorUrl: facilitator.url,
    rails,
    openShop,
    activities: (over) => stack.activities({ rails, confirmMs: 2_000, ...over }),
    heal: () => {
      for (const node of all) node.heal();
      honourFinality(ours.solana);
    },
    stop: async () => {
      rails.close();
      await Promise.all(shops.map((opened) => opened.close()));
      await facilitator.stop();
      await Promise.all(all.map((node) => node.close()));
      await stack.stop();
    },
  };
}

/** What a chain holds of an asset for us. */
async function heldOnChain(
  { assets, wallets }: MoneyStack,
  { network, code }: MoneyStack['book']['assets'][0],
): Promise<bigint> {
  if (network === assets.evm.network) return evmBalance(assets, assets.evm.operator.address);
  if (code !== 'SOL') return wallets.tokenBalance(wallets.escrow);
  const coins = BigInt(await wallets.connection.getBalance(wallets.escrow));
  return coins + (await wallets.tokenBalance(wallets.escrow, NATIVE_MINT));
}

/**
 * By asset: what the chains hold for us, and what the ledger says about them without the deposits that tests invent. A
 * chain that is not asked counts as unchanged: then the ledger may not change there either.
 */
async function holdings(
  stack: MoneyStack,
  asked: string | undefined,
): Promise<Map<string, { chain: bigint; ledger: bigint }>> {
  const { db, book } = stack;
  const found = new Map<string, { chain: bigint; ledger: bigint }>();
  for (const asset of book.assets) {
    const { id, network } = asset;
    const chain = asked === undefined || asked === network ? await heldOnChain(stack, asset) : 0n;
    const { rows } = await db.pool.query<{ sum: string }>(
      `select coalesce(sum(e.amount), 0) as sum
       from entry e join transfer t on t.id = e.transfer_id and t.state = 'posted' join account a on a.id = e.account_id
       where a.kind in ('escrow', 'reserve', 'bridge', 'float', 'surplus') and a.asset = $1 and t.id not like 'deposit:wf\\_%'`,
      [id],
    );
    found.set(id, { chain, ledger: BigInt(rows[0]!.sum) });
  }
  return found;
}

/**
 * Remembers what the chains (or one) and the ledger say now. The returned function requires that both have changed
 * alike.
 */
export async function holdBooks(stack: MoneyStack, network?: string): Promise<() => Promise<void>> {
  const differences = async () =>
    [...(await holdings(stack, network))].map(([asset, { chain, ledger }]) => `${asset} ${chain - ledger}`);
  const before = await differences();
  return async () => expect(await differences()).toEqual(before);
}
