import { hashJson } from '../../api/receipts/hash.ts';
import type {
  PlanRevision,
  ReceiptApproval,
  ReceiptBodies,
  ReceiptPayment,
  ReceiptTransfer,
} from '../../schemas/core/receipt.ts';
import { EVM, sampleBook, SOLANA } from './sample-catalogue.ts';

const [, held, paid] = sampleBook.assets as [unknown, ...typeof sampleBook.assets];
const USER = 'user-1';
const RUN = 'run-1';
export const SHOP = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
const EVM_SHOP = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const OPERATOR = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
const hash = (text: string): string => hashJson({ text });

const solanaPay = { scheme: 'exact', network: SOLANA, asset: held!.address!, payTo: SHOP };
const evmPay = { scheme: 'exact', network: EVM, asset: paid!.address!, payTo: EVM_SHOP };

/** Three steps: `a` and `c` are sold on Solana, `b` on an EVM chain, where its price went up. */
function revision(number: number, priceOfB: number): PlanRevision {
  const hashed = {
    asset: 'USDC',
    revision: number,
    limits: { maxTotalAmount: 2 },
    steps: [
      { id: 'a', maxPrice: 0.25, pay: solanaPay, estimatedCost: 0.25 },
      { id: 'b', maxPrice: priceOfB, pay: evmPay, estimatedCost: priceOfB },
      { id: 'c', maxPrice: 0.3, pay: solanaPay, estimatedCost: 0.3 },
      { id: 'd', maxPrice: 0, estimatedCost: 0 },
    ],
    understanding: { ignored: [{ text: 'please', span: [0, 6] }] },
  };
  return { revision: number, plan_hash: hashJson(hashed), hashed };
}

const approval = ({ revision: n, plan_hash }: PlanRevision, seq: number): ReceiptApproval => ({
  id: `${RUN}:${n}`,
  plan_hash,
  status: 'approved',
  reason: n === 1 ? 'initial' : 'price_changed',
  requested_at: at(n),
  decided_at: at(n + 1),
  decided_by: USER,
  limits: { max_total: '2000000', max_per_transaction: '500000', recipients: [SHOP, EVM_SHOP] },
  signing_until: at(900),
  seq,
  wallet_proof: null,
});

function payment(step: string, generation: number, over: Partial<ReceiptPayment> = {}): ReceiptPayment {
  const id = `pi_${step}${generation}`;
  return {
    id,
    step_id: step,
    generation,
    rail: 'x402-solana',
    network: SOLANA,
    asset: held!.id,
    amount: '250000',
    pay_to: SHOP,
    status: 'settled',
    finalized: true,
    tx_hash: `tx of ${id}`,
    reason: null,
    created_at: at(10),
    transfer: `payment:${id}`,
    seq: 20 + generation,
    told: 'settled',
    proof: {
      kind: 'solana-message',
      message_hash: hash(id),
      blockhash: 'a blockhash',
      last_valid_block_height: 200,
      signed_slot: 50,
      account: 'the account of the escrow',
      memo: id,
    },
    ...over,
  };
}

const onEvm = (step: string, generation: number, over: Partial<ReceiptPayment> = {}): ReceiptPayment =>
  payment(step, generation, {
    rail: 'x402-evm',
    network: EVM,
    asset: paid!.id,
    amount: '400000',
    pay_to: EVM_SHOP,
    proof: {
      kind: 'evm-authorization',
      token: paid!.address!,
      from: OPERATOR,
      to: EVM_SHOP,
      value: '400000',
      nonce: `0x${hash(`nonce ${step}${generation}`)}`,
      valid_before: '1767225700',
      signed_block: 7,
    },
    ...over,
  });

type Entries = ReceiptTransfer['entries'];

const escrow = `escrow:default:${USER}:${held!.id}`;
const reserve = `reserve:default:${RUN}:${held!.id}`;
const payee = (payTo: string, asset: string): string => `payee:default:${payTo}:${asset}`;

const move = (from: string, to: string, amount: string, asset = held!.id): Entries => [
  { account: from, asset, amount: `-${amount}` },
  { account: to, asset, amount },
];

const transfer = (
  id: string,
  kind: ReceiptTransfer['kind'],
  entries: Entries,
  over: Partial<ReceiptTransfer> = {},
): ReceiptTransfer => ({
  id,
  kind,
  state: 'posted',
  step_id: null,
  created_at: at(11),
  closed_at: at(30),
  entries,
  ...over,
});

const bridged = (amount: string): Entries => [
  ...move(reserve, `bridge:system:operator:${held!.id}`, amount),
  ...move(`float:system:operator:${paid!.id}`, payee(EVM_SHOP, paid!.id), amount, paid!.id),
];

/** A failed run that is all there is: two approvals, a void payment and its successor, and a refund. Consistent and final. */
export function sampleBodies(): ReceiptBodies {
  const revisions = [revision(1, 0.3), revision(2, 0.4)];
  const refund = `refund:${SOLANA}:back`;
  return {
    run: {
      id: RUN,
      tenant: 'default',
      family: 'reasoning',
      kind: 'reasoning',
      subject: USER,
      status: 'failed',
      workflow_id: RUN,
      created_at: at(0),
      started_at: at(2),
      finished_at: at(29),
      input_hash: hashJson({ input: 'do it' }),
    },
    plan: { asset: 'USDC', decimals: 6, revisions },
    approvals: { approvals: [approval(revisions[0]!, 4), approval(revisions[1]!, 9)] },
    payments: {
      payments: [
        payment('a', 1),
        onEvm('b', 1, { status: 'void', finalized: false, tx_hash: null, told: 'void', reason: 'EXPIRED' }),
        onEvm('b', 2),
        payment('c', 1, { amount: '300000' }),
      ],
    },
    ledger: {
      transfers: [
        transfer(`reserve:${RUN}:1:1000000`, 'reserve', move(escrow, reserve, '1000000')),
        transfer('payment:pi_a1', 'payment', move(reserve, payee(SHOP, held!.id), '250000'), {
          step_id: 'a',
        }),
        transfer('payment:pi_b1', 'payment', bridged('400000'), { step_id: 'b', state: 'voided' }),
        transfer('payment:pi_b2', 'payment', bridged('400000'), { step_id: 'b' }),
        transfer('payment:pi_c1', 'payment', move(reserve, payee(SHOP, held!.id), '300000'), {
          step_id: 'c',
        }),
        transfer(refund, 'refund', move(payee(SHOP, held!.id), escrow, '300000'), { step_id: 'c' }),
        transfer(`release:${RUN}:1`, 'release', move(reserve, escrow, '50000'), { closed_at: at(31) }),
      ],
    },
    refunds: {
      refunds: [
        {
          transfer: refund,
          step_id: 'c',
          network: SOLANA,
          tx_hash: 'back',
          asset: held!.address!,
          from: SHOP,
          amount: '300000',
        },
      ],
      undone: [{ step_id: 'c', status: 'compensated' }],
    },
    result: {
      output_hash: hashJson(null),
      cost: [{ amount: '0.65', asset: 'USDC' }],
      error: { code: 'HTTP_422', message: 'The service refused.', step_id: 'd' },
      steps: [
        { id: 'a', status: 'completed' },
        { id: 'b', status: 'completed' },
        { id: 'c', status: 'compensated' },
        { id: 'd', status: 'failed' },
      ],
    },
    events: { count: 40, last_seq: 40, hash: hash('events') },
    audit: { head: { line: 12, hash: hash('audit'), at: at(28) } },
  };
}
