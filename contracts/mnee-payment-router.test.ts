import {
  AbiCoder,
  Interface,
  ZeroAddress,
  id,
  parseEther,
  solidityPackedKeccak256,
  zeroPadValue,
} from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findStaleArtifacts } from './build.ts';
import { deployPaymentRouter, mneePaymentRouter } from './mnee-payment-router.ts';
import { logsOf, read, refusal, send } from './test/chain.ts';
import { CALL_HASH, IMAGE, moved, pay, paymentIds, startRouter } from './test/router.ts';

let stack: Awaited<ReturnType<typeof startRouter>>;

beforeAll(async () => {
  stack = await startRouter();
}, 30_000);

afterAll(() => stack.chain.stop());

async function timeOf(blockNumber: number): Promise<number> {
  const block = await stack.chain.provider.getBlock(blockNumber);
  if (!block) throw new Error(`There is no block ${blockNumber}`);
  return block.timestamp;
}

describe('the payment router', () => {
  it('is committed as its source compiles', () => {
    expect(findStaleArtifacts(['MNEEPaymentRouter'])).toEqual([]);
  }, 30_000);

  it('has the function and the event that others were promised, to the letter', () => {
    const promised = new Interface([
      'function payForService(bytes32 serviceId, string agentId, string taskId, uint256 quantity, bytes32 serviceCallHash) returns (bytes32 paymentId)',
      'event PaymentExecuted(bytes32 indexed paymentId, address indexed payer, address indexed provider, bytes32 serviceId, string agentId, string taskId, uint256 amount, uint256 quantity, bytes32 serviceCallHash, uint256 timestamp)',
    ]);
    const compiled = new Interface(mneePaymentRouter.abi);
    for (const fragment of promised.fragments) expect(compiled.format()).toContain(fragment.format('full'));
  });

  it('names its token and its registry, both of which must be contracts', async () => {
    const { owner, router } = stack;
    const addresses = { token: await stack.token.getAddress(), registry: await stack.registry.getAddress() };
    expect(await read(router, 'token')).toBe(addresses.token);
    expect(await read(router, 'registry')).toBe(addresses.registry);
    for (const nowhere of [ZeroAddress, owner.address]) {
      const withoutToken = deployPaymentRouter(owner, { ...addresses, token: nowhere });
      expect(await refusal(withoutToken, router)).toBe('Token has no code');
      const withoutRegistry = deployPaymentRouter(owner, { ...addresses, registry: nowhere });
      expect(await refusal(withoutRegistry, router)).toBe('Registry has no code');
    }
  });

  it('tells every field of a payment, digit for digit', async () => {
    const { router, treasury, provider } = stack;
    const receipt = await pay(router, { taskId: 'task-ü-1', quantity: 2n });
    const timestamp = await timeOf(receipt.blockNumber);
    const amount = 2_000_000_000_000_000_000n;
    const paymentId = solidityPackedKeccak256(
      ['bytes32', 'string', 'string', 'bytes32', 'uint256', 'uint256'],
      [IMAGE, 'user-agent', 'task-ü-1', CALL_HASH, amount, timestamp],
    );
    const logs = await logsOf(receipt, router);
    expect(logs.map(({ topics, data }) => ({ topics, data }))).toEqual([
      {
        topics: [
          id(
            'PaymentExecuted(bytes32,address,address,bytes32,string,string,uint256,uint256,bytes32,uint256)',
          ),
          paymentId,
          zeroPadValue(treasury.address, 32).toLowerCase(),
          zeroPadValue(provider.address, 32).toLowerCase(),
        ],
        data: AbiCoder.defaultAbiCoder().encode(
          ['bytes32', 'string', 'string', 'uint256', 'uint256', 'bytes32', 'uint256'],
          [IMAGE, 'user-agent', 'task-ü-1', amount, 2n, CALL_HASH, timestamp],
        ),
      },
    ]);
  });

  it('returns the payment ID that its event carries', async () => {
    const { router } = stack;
    const receipt = await pay(router);
    const call = [IMAGE, 'user-agent', 'task-1', 1n, CALL_HASH, { blockTag: receipt.blockNumber }];
    expect(await paymentIds(receipt, router)).toEqual([await read(router, 'payForService', ...call)]);
  });
});

describe('the payment router does not deduplicate', () => {
  it('the same call later: it is paid again, under another payment ID', async () => {
    const { chain, router, token, treasury, provider } = stack;
    const changes = await moved(token, [treasury, provider], async () => {
      const first = await paymentIds(await pay(router), router);
      await chain.provider.send('evm_increaseTime', [60]);
      const second = await paymentIds(await pay(router), router);
      expect(second).not.toEqual(first);
    });
    expect(changes).toEqual([parseEther('-2'), parseEther('2')]);
  });

  it('the same call in the same block: it is paid twice, under one payment ID', async () => {
    const { chain, router, token, treasury, provider } = stack;
    const nonce = await treasury.getNonce();
    const changes = await moved(token, [treasury, provider], async () => {
      await chain.provider.send('evm_setAutomine', [false]);
      try {
        const waiting = [0, 1].map((index) =>
          pay(router, { overrides: { gasLimit: 300_000n, nonce: nonce + index } }),
        );
        await expect.poll(() => treasury.getNonce('pending')).toBe(nonce + 2);
        await chain.provider.send('evm_mine', []);
        const [first, second] = (await Promise.all(waiting)) as [Receipt, Receipt];
        expect(second.blockNumber).toBe(first.blockNumber);
        expect(await paymentIds(second, router)).toEqual(await paymentIds(first, router));
      } finally {
        await chain.provider.send('evm_setAutomine', [true]);
      }
    });
    expect(changes).toEqual([parseEther('-2'), parseEther('2')]);
  });

  it('two texts that read the same when joined: their payment IDs are the same', async () => {
    const { chain, router } = stack;
    const block = await chain.provider.getBlockNumber();
    const idOf = (agentId: string, taskId: string) =>
      read(router, 'payForService', IMAGE, agentId, taskId, 1n, CALL_HASH, { blockTag: block });
    expect(await idOf('agent', '-1')).toBe(await idOf('agent-', '1'));
    expect(await idOf('agent', '-1')).not.toBe(await idOf('agent', '-2'));
  });
});

type Receipt = Awaited<ReturnType<typeof send>>;
