import { getAddress, keccak256, Wallet } from 'ethers';
import { createHash } from 'node:crypto';
import { describeTerms } from '../../../domain/payments/describe.ts';
import { formatUnits } from '../../../domain/money.ts';
import type { Offer } from '../../../domain/payments/offer.ts';
import { CostRose, type NumberedPayment, type Rail, type SignOrder } from '../../../domain/payments/rail.ts';
import {
  connectEvm,
  heldAt,
  heldFinally,
  inMinorUnits,
  readIncomingTransfer,
  type EvmChain,
  type EvmNodeConfig,
} from './node.ts';
import { createEvmIntake } from './intake.ts';
import { nodeName } from '../node-name.ts';
import { locateRouterPayment, type RouterProof } from './router-chain.ts';
import { renewRouterPayment } from './router-renewal.ts';
import { refusesRouterOffer, routerCalls, routerShortfall, type RouterCall } from './router-terms.ts';
import { gasPrice, hashOf, signTransaction } from './transactions.ts';

export interface EvmRouterConfig extends EvmNodeConfig {
  /** The operator's float wallet, which authorizations for sellers are signed with, too. */
  privateKey: string;
  router: string;
  /** How long a transaction may wait in the pool before higher fees are offered for it. */
  bumpAfterMs?: number;
}

/** Payments through the payment router, in transactions of our own. */
export function createEvmRouterRail(config: EvmRouterConfig): Rail {
  const network = `eip155:${config.chainId}`;
  const wallet = new Wallet(config.privateKey);
  const router = getAddress(config.router);
  const chain = connectEvm(config);
  const { provider } = chain;
  const payer = wallet.address;
  return {
    kind: 'evm-router',
    network,
    payer,
    node: nodeName(config.rpcUrl),
    refuses: (offer) => refusesRouterOffer(offer, payer),
    shortfall: (offer) => routerShortfall(chain, { router, payer, show: config.show ?? inMinorUnits }, offer),
    available: (asset) => heldAt(chain, payer, asset),
    holdsFinally: (asset) => heldFinally(chain, payer, asset),
    costs: async (offer) => ({
      fee: (gasFor(router, offer) * (await gasPrice(provider)).maxFeePerGas * MARGIN.times) / MARGIN.by,
      rent: 0n,
    }),
    sign: (order) => draft(chain, wallet, router, order),
    async submit({ transactions }) {
      for (const raw of transactions as string[])
        await provider.send('eth_sendRawTransaction', [raw]).catch(() => undefined); // the chain is asked, not the node
    },
    renew: (order) => renewRouterPayment(chain, wallet, order, config.bumpAfterMs ?? 30_000),
    locate: (proof) => locateRouterPayment(chain, proof),
    describe: (terms) => describeTerms(terms, { payer, network, how: `the payment router ${router}` }),
    readIncoming: (query) => readIncomingTransfer(chain, payer, query),
    intake: createEvmIntake(chain, payer),
    close: () => provider.destroy(),
  };
}

const ALLOW_GAS = 100_000n;
const PAY_GAS = 250_000n; // the router's own work and the token's
const GAS_PER_BYTE = 60n; // of the texts, as call data and in the event

const MARGIN = { times: 3n, by: 2n }; // gas gets dearer between the hold and the signature, and once after it

const payGas = ({ data }: RouterCall): bigint => PAY_GAS + (GAS_PER_BYTE * BigInt(data.length)) / 2n;

const gasFor = (router: string, offer: Offer): bigint => ALLOW_GAS + payGas(routerCalls(router, offer).pay);

const wei = (amount: bigint): string => `${formatUnits(amount, 18)} of the chain's coin`;

/** Unsigned it takes no number, and holds up nobody. */
function assertGas(
  wallet: string,
  { needed, held, coins }: { needed: bigint; held: bigint; coins: bigint },
): void {
  if (needed > held)
    throw new CostRose(`It may take ${wei(needed)} for gas now, and ${wei(held)} are held for that.`);
  if (coins < needed)
    throw new Error(
      `The wallet ${wallet} has ${wei(coins)}, and the payment may take ${wei(needed)} for gas.`,
    );
}

/** Everything but the number. Two transactions: what the router may take, and the payment that takes it. */
async function draft(
  chain: EvmChain,
  wallet: Wallet,
  router: string,
  { offer, intentId, coins: held }: SignOrder,
): Promise<NumberedPayment> {
  const { provider, chainId } = chain;
  const [coins, price, used, finalized] = await Promise.all([
    provider.getBalance(wallet.address),
    gasPrice(provider),
    provider.getTransactionCount(wallet.address, 'latest'),
    provider.getBlock('finalized'),
  ]);
  const { allow, pay } = routerCalls(router, offer);
  const gasLimit = payGas(pay);
  assertGas(wallet.address, { needed: (ALLOW_GAS + gasLimit) * price.maxFeePerGas, held, coins });
  return {
    numbers: 2,
    used,
    async at(first) {
      const nonce = first + 1;
      const allowance = signTransaction(
        wallet,
        chainId,
        { ...allow, nonce: first, gasLimit: ALLOW_GAS },
        price,
      );
      const payment = signTransaction(wallet, chainId, { ...pay, nonce, gasLimit }, price);
      const now = Date.now();
      const proof: RouterProof = {
        from: wallet.address,
        router,
        token: getAddress(offer.asset),
        payee: getAddress(offer.payTo),
        value: offer.amount,
        nonce,
        dataHash: keccak256(pay.data),
        payments: [hashOf(payment)],
        allowances: [hashOf(allowance)],
        fillers: [],
        signedBlock: finalized?.number ?? 0,
        signedAtMs: now,
        expiresAtMs: now + offer.maxTimeoutSeconds * 1000,
      };
      const number = `eip155:${chainId}:${wallet.address}:${nonce}`.toLowerCase();
      const name = createHash('sha256').update(number).digest('hex');
      return {
        payload: { transactions: [allowance, payment], intentId },
        fingerprint: `evm-nonce:${name}`,
        proof: { ...proof },
        fees: [],
      };
    },
  };
}
