import { join } from 'node:path';
import { expect, test } from 'vitest';
import { APPROVAL } from '../../stand-ins/agents/samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openShop } from './support/agents.ts';

/** The stand-in for Kodosumi forgets its runs, the one of the payment service forgets nothing. */
const data = join(temporaryFolder('agents-restart'), 'data');

test('a job whose run a restart took away fails as run_lost, and its purchaser gets the money back', async () => {
  const before = await openShop(data);
  const agent = before.agent(APPROVAL.key);
  const job = await agent.startJob('c0ffee00c0ffee00c0ff', { message: 'hello' });
  const pricing = await before.wallet.pricing(job.agentIdentifier!);
  await before.wallet.pay(job, pricing!);
  await expect
    .poll(async () => (await agent.status(job.job_id)).status, { timeout: 30_000, interval: 1000 })
    .toBe('awaiting_input');
  await before.stop();

  const after = await openShop(data);
  expect(await after.wallet.resolve(job.blockchainIdentifier)).toMatchObject({ onChainState: 'FundsLocked' });
  await expect
    .poll(() => after.agent(APPROVAL.key).status(job.job_id), { timeout: 240_000, interval: 2000 })
    .toMatchObject({ status: 'failed', error_code: 'run_lost' });
  expect(await after.wallet.requestRefund(job.blockchainIdentifier)).toBeDefined();
  await expect
    .poll(async () => (await after.wallet.resolve(job.blockchainIdentifier)).onChainState, {
      timeout: 60_000,
      interval: 1000,
    })
    .toBe('RefundWithdrawn');
  await after.stop();
}, 420_000);
