import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paymentBody } from '../../api/receipts/bodies.ts';
import { readFacts } from '../../api/receipts/read-events.ts';
import { paidByRun } from '../../db/repositories/receipts.ts';
import type { ReceiptPayment } from '../../schemas/core/receipt.ts';
import type { Witness } from '../../domain/receipts/on-chains.ts';
import { createEvmWitness } from '../../activities/payments/evm/witness.ts';
import { createSolanaWitness } from '../../activities/payments/solana/witness.ts';
import { buy, request } from './support/buying.ts';
import { DIRECT_WAYS, openRegistry, startDirect } from './support/direct.ts';
import { evmProvider, paymentOf, sweepUntil, WAYS } from './support/looking.ts';
import { paidStep, startMoneyStack, type MoneyStack } from './support/money-stack.ts';

let stack: MoneyStack;
let witnesses: { evm: Witness; solana: Witness };
beforeAll(async () => {
  stack = await startMoneyStack();
  const { evm, solana } = stack.assets;
  const provider = evmProvider(evm.rpcUrl);
  await openRegistry(stack, provider);
  provider.destroy();
  witnesses = { evm: createEvmWitness(evm.rpcUrl), solana: createSolanaWitness(solana.rpcUrl) };
});
afterAll(async () => {
  witnesses.evm.close();
  await stack.stop();
});

describe.each(WAYS)('a payment in $code at $path', ({ path, code }) => {
  const bought = async (): Promise<ReceiptPayment> => {
    const activities = stack.activities();
    const { runId } = await stack.newRun(code, 1_000_000n);
    const { intentId } = await buy(activities, request(runId, paidStep(stack.seller.url + path), code));
    await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
    const { pool } = stack.db;
    return paymentBody((await paidByRun(pool, runId))[0]!, await readFacts(pool, runId));
  };
  const witness = (): Witness => witnesses[path === '/evm' ? 'evm' : 'solana'];

  test('is found from its receipt alone', async () => {
    const payment = await bought();
    expect(payment).toMatchObject({ status: 'settled', told: 'settled', seq: expect.any(Number) as number });
    expect(await witness().network()).toBe(payment.network);
    const { sighting, problems } = await witness().find(payment);
    expect(problems).toEqual([]);
    expect(sighting).toMatchObject({ kind: 'landed', txHash: payment.tx_hash, final: true });
  });

  test('is found without the transaction’s name, and a malformed name finds nothing', async () => {
    const payment = await bought();
    const { sighting } = await witness().find({ ...payment, tx_hash: null });
    expect(sighting).toMatchObject({ kind: 'landed', txHash: payment.tx_hash });
    const malformed = structuredClone(payment);
    Object.assign(malformed.proof!, { account: 'x', from: 'x' });
    expect((await witness().find(malformed)).problems).toHaveLength(1);
    expect((await witness().find({ ...payment, proof: null })).problems).toHaveLength(1);
  });
});

test.each(DIRECT_WAYS)('a $rail in $code is found from its receipt alone', async (way) => {
  const activities = stack.activities();
  const purchase = await startDirect(stack, way);
  await purchase.sign(activities);
  await purchase.submit(activities);
  await purchase.endsPaid(activities);
  const { pool } = stack.db;
  const [row] = await paidByRun(pool, purchase.runId);
  const payment = paymentBody(row!, await readFacts(pool, purchase.runId));
  const witness = witnesses[way.rail === 'evm-router' ? 'evm' : 'solana'];
  expect(await witness.find(payment)).toMatchObject({
    sighting: { kind: 'landed', txHash: payment.tx_hash, final: true },
    problems: [],
  });
  const malformed = structuredClone(payment);
  Object.assign(malformed.proof!, { account: 'x', router: 'x' });
  expect((await witness.find(malformed)).problems).toHaveLength(1);
});

test('a transaction on Solana that moved another amount, or to another payee, is not the payment', async () => {
  const activities = stack.activities();
  const { runId } = await stack.newRun('USDC', 1_000_000n);
  await buy(activities, request(runId, paidStep(`${stack.seller.url}/solana`), 'USDC'));
  const { pool } = stack.db;
  const payment = paymentBody((await paidByRun(pool, runId))[0]!, await readFacts(pool, runId));
  const others = [
    { ...payment, amount: '249999' },
    { ...payment, pay_to: stack.assets.solana.sellers.travel.address },
    { ...payment, pay_to: 'nobody' },
  ];
  for (const other of others) expect((await witnesses.solana.find(other)).problems).toHaveLength(1);
});
