import { Contract, JsonRpcProvider, parseEther } from 'ethers';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { sampleToken } from '../../contracts/sample-token.ts';
import { readOmniFiles } from '../../activities/omni/read-files.ts';
import type { ServiceConfig } from '../../domain/omni/config.ts';
import { startStack, type Stack } from '../../embedded/stack.ts';
import { loadConfig } from '../../families/config.ts';
import { omni } from '../../families/omni.ts';
import { syncRegistry } from '../../families/omni/registry.ts';
import { filesOf } from '../../workers/families/omni.ts';
import { ask } from '../api/support/api.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { uniqueTaskQueue } from '../support/temporal.ts';
import { startTestProvider, type TestProvider } from './support/provider.ts';

const folder = temporaryFolder('omni-live');
const PORTS = [
  'PORT',
  'ANVIL_PORT',
  'SURFPOOL_PORT',
  'FACILITATOR_PORT',
  'SERVICES_PORT',
  'IMAGE_GEN_PORT',
  'PRICE_ORACLE_PORT',
  'BATCH_COMPUTE_PORT',
  'LOG_ARCHIVE_PORT',
];

let archive: TestProvider;
let database: FreshDatabase;
let stack: Stack;
let services: readonly ServiceConfig[];
let chain: JsonRpcProvider;

beforeAll(async () => {
  archive = await startTestProvider();
  database = await freshDatabase();
  const config = loadConfig({
    ...Object.fromEntries(PORTS.map((name) => [name, '0'])),
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: inject('temporalNamespace'),
    TASK_QUEUE: uniqueTaskQueue('omni-live'),
    DATA_DIR: folder,
    RATE_LIMIT_PER_MINUTE: '0',
    VALIDATE_RESPONSES: 'on',
    OMNI_WATCH_EVERY_MS: '500',
    LOG_ARCHIVE_URL: archive.url,
  });
  stack = await startStack(config, {
    application: true,
    families: [omni],
    log: pino({ level: 'silent' }),
    progress: () => undefined,
  });
  const read = await readOmniFiles(filesOf(config));
  if (!read.ok) throw new Error('The shipped files have mistakes.');
  services = read.config.services;
  chain = new JsonRpcProvider(local().rpcUrl);
}, 240_000);

afterAll(async () => {
  chain.destroy();
  await stack.stop();
  await archive.close();
  await database.drop();
}, 60_000);

type Row = Record<string, unknown>;
const local = () => stack.environment.local!.evm;
const api = () => ({ url: stack.application!.url });
const get = async (path: string): Promise<Row> => (await ask(api(), path)).body;
const chat = async (message: string): Promise<Row[]> => {
  const body = { agent_id: 'user-agent', message };
  return (await ask(api(), '/chat', { method: 'POST', body })).body['steps'] as Row[];
};
const lastTransaction = async (): Promise<Row> =>
  ((await get('/transactions?limit=1'))['transactions'] as Row[])[0]!;
const spent = async (): Promise<unknown> => (await get('/agents/user-agent'))['currentDailySpend'];

/** What a service's provider has on the chain. */
function incomeOf(id: string): Promise<bigint> {
  const token = new Contract(local().mnee.address, sampleToken.abi, chain);
  const { providerAddress } = services.find((one) => one.id === id)!;
  return token.getFunction('balanceOf')(providerAddress) as Promise<bigint>;
}

const setPrice = (id: string, unitPrice: bigint) => {
  const { rpcUrl, chainId, mnee } = local();
  const service = { ...services.find((one) => one.id === id)!, unitPrice };
  return syncRegistry({ rpcUrl, chainId, registry: mnee.registry }, mnee.owner.privateKey, [service]);
};

test('a chat pays providers on the chain, who look at it there before they work', async () => {
  await expect.poll(async () => (await get('/treasury'))['treasuryBalance']).toBe(1000);
  const before = await incomeOf('PRICE_ORACLE');
  const [image, price, job] = await chat('draw a logo, tell the price of ETH and run a batch');
  expect(image).toMatchObject({ status: 'success', service_id: 'IMAGE_GEN_PREMIUM' });
  const { imageUrl, ...drawn } = image!['output'] as Row;
  expect(drawn).toMatchObject({ status: 'completed', _amount: '1' });
  expect(drawn).not.toHaveProperty('mock');
  expect(await (await fetch(String(imageUrl))).text()).toContain('<svg');
  expect(price).toMatchObject({ status: 'success', output: { base: 'ETH', quote: 'MNEE' } });
  expect(job).toMatchObject({ status: 'success', output: { status: 'running' } });
  expect((await incomeOf('PRICE_ORACLE')) - before).toBe(parseEther('0.05'));
  const { jobId } = job!['output'] as Row;
  const status = async () => {
    const url = `${stack.environment.config.BATCH_COMPUTE_URL}/batch/status?jobId=${String(jobId)}`;
    return ((await (await fetch(url)).json()) as Row)['status'];
  };
  await expect.poll(status).toBe('finished');
  const taskId = String((price!['output'] as Row)['_task_id']);
  expect(await get(`/transactions/${taskId}/receipt`)).toMatchObject({
    status: 'CONFIRMED',
    verified: true,
    tx_hash: price!['tx_hash'],
    checks: {
      router: true,
      payer: true,
      provider: true,
      serviceId: true,
      amount: true,
      serviceCallHash: true,
    },
  });
  expect(await spent()).toBe(4.05);
}, 60_000);

test('another price on the chain than in the file is not paid, and the budget has it back', async () => {
  const before = [await spent(), await incomeOf('PRICE_ORACLE')];
  await setPrice('PRICE_ORACLE', parseEther('0.07'));
  const [step] = await chat('the price of BTC');
  expect(step).toMatchObject({ status: 'failed', tx_hash: null, output: { error: 'Payment Failed' } });
  expect(await lastTransaction()).toMatchObject({ service_id: 'PRICE_ORACLE', status: 'FAILED' });
  expect([await spent(), await incomeOf('PRICE_ORACLE')]).toEqual(before);
  await setPrice('PRICE_ORACLE', parseEther('0.05'));
  expect((await chat('the price of BTC'))[0]).toMatchObject({ status: 'success' });
}, 60_000);

test('a provider that stays away once it is paid keeps its money, and was asked three times for one task', async () => {
  const before = await incomeOf('LOG_ARCHIVE');
  archive.asked.length = 0;
  archive.trouble.push('cut', 500, 'cut');
  const [step] = await chat('archive this');
  const { taskId } = archive.asked[0]!.values;
  expect(step).toMatchObject({
    status: 'failed',
    output: { error: 'Tool Execution Failed', _payment_tx: step!['tx_hash'], _task_id: taskId },
  });
  expect(archive.asked.map(({ values }) => values['taskId'])).toEqual([taskId, taskId, taskId]);
  expect(await lastTransaction()).toMatchObject({ task_id: taskId, status: 'SUCCESS', amount: 0.01 });
  expect((await incomeOf('LOG_ARCHIVE')) - before).toBe(parseEther('0.01'));
}, 60_000);
