import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { id, parseEther } from 'ethers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { read, send } from '../../contracts/test/chain.ts';
import { startRouter } from '../../contracts/test/router.ts';
import { freePort } from '../../embedded/ports.ts';
import { createProcesses, type Processes } from '../../embedded/processes.ts';
import { mockProof } from '../../stand-ins/providers/mock-proof.fixture.ts';
import { loadConfig } from '../config.ts';
import type { LocalChain } from '../define.ts';
import { compareRegistry, syncRegistry } from './registry.ts';
import { startStandIns } from './stand-ins.ts';

let market: Awaited<ReturnType<typeof startRouter>>;
let local: LocalChain;
beforeAll(async () => {
  market = await startRouter();
  const { chain, token, router, registry, owner } = market;
  local = {
    rpcUrl: chain.provider._getConnection().url,
    chainId: 31337,
    mnee: {
      address: await token.getAddress(),
      router: await router.getAddress(),
      registry: await registry.getAddress(),
      owner,
    },
  };
}, 60_000);
afterAll(() => market.chain.stop());

let folder: string;
let processes: Processes;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omni-stand-ins-'));
  mkdirSync(join(folder, 'logs'));
  lines = [];
  processes = createProcesses({ log: () => undefined });
});
afterEach(async () => {
  await processes.stopAll();
  rmSync(folder, { recursive: true });
});

const PORTS = ['IMAGE_GEN_PORT', 'PRICE_ORACLE_PORT', 'BATCH_COMPUTE_PORT', 'LOG_ARCHIVE_PORT'];

const start = (settings: Record<string, string> = {}, chain: 'own' | 'none' = 'own') =>
  startStandIns({
    config: loadConfig({ ...Object.fromEntries(PORTS.map((name) => [name, '0'])), ...settings }),
    dir: folder,
    log: (line) => void lines.push(line),
    localChain: () => Promise.resolve(chain === 'own' ? local : undefined),
    claimPort: () => freePort(),
    secret: (_file, make) => make(),
    spawnNode: (name, script, args, options) => processes.spawnNode(name, script, [...args], options),
  });

const servicesFile = (yaml: string): string => {
  const file = join(folder, 'services.yaml');
  writeFileSync(file, yaml);
  return file;
};

const postJson = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

describe('on a chain of the stack’s own', () => {
  test('the shipped services are in its registry, and their four providers take payments of its router', async () => {
    const { settings, names } = await start();
    expect(names).toEqual(['Image generator', 'Price oracle', 'Batch computer', 'Log archive']);
    expect(settings).toMatchObject({
      MNEE_TOKEN_ADDRESS: local.mnee.address,
      SERVICE_REGISTRY_ADDRESS: local.mnee.registry,
    });
    expect(await read(market.registry, 'getService', id('PRICE_ORACLE'))).toMatchObject([
      '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
      parseEther('0.05'),
      true,
      '',
      true,
    ]);
    const hash = id('call');
    const { hash: paymentTx } = await send(
      market.router,
      'payForService',
      id('LOG_ARCHIVE'),
      'agent',
      'chat_1-1',
      1n,
      hash,
    );
    const url = `${settings.LOG_ARCHIVE_URL}/logs/archive`;
    const paid = {
      content: 'a line',
      agent_id: 'agent',
      taskId: 'chat_1-1',
      serviceCallHash: hash,
      paymentTx,
    };
    const answer = await postJson(url, paid);
    expect([answer.status, await answer.json()]).toMatchObject([200, { archived: true, taskId: 'chat_1-1' }]);
    expect((await postJson(url, { ...paid, taskId: 'chat_1-2' })).status).toBe(402);
    expect((await postJson(url, { ...paid, ...mockProof('chat_1-3') })).status).toBe(402);
    for (const name of ['IMAGE_GEN_URL', 'PRICE_ORACLE_URL', 'BATCH_COMPUTE_URL'] as const)
      expect(await (await fetch(`${settings[name]}/health`)).json()).toEqual({ status: 'healthy' });
  });

  test('in mock mode made-up payments are enough', async () => {
    const { settings } = await start({ OMNI_MODE: 'mock' });
    const proof = mockProof('chat_2-1');
    const answer = await postJson(`${settings.IMAGE_GEN_URL}/image/generate`, { prompt: 'a fox', ...proof });
    expect([answer.status, await answer.json()]).toMatchObject([200, { mock: true, prompt: 'a fox' }]);
  });
});

test('without any chain the providers are in mock mode', async () => {
  const { settings } = await start({}, 'none');
  const { taskId, serviceCallHash, paymentTx } = mockProof('chat_3-1');
  const query = new URLSearchParams({ base: 'ETH', quote: 'MNEE', taskId, serviceCallHash, paymentTx });
  expect((await fetch(`${settings.PRICE_ORACLE_URL}/price?${query.toString()}`)).status).toBe(200);
  expect(settings).not.toHaveProperty('MNEE_TOKEN_ADDRESS');
});

test('a provider that a setting or the file has elsewhere gets no stand-in', async () => {
  const SERVICE_CONFIG_PATH = servicesFile(`
services:
  - { id: IMAGE_GEN_PREMIUM, unitPrice: 1, providerAddress: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', url: 'http://localhost:8001' }
  - { id: PRICE_ORACLE, unitPrice: 0.05, providerAddress: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', url: 'https://prices.example' }
  - { id: LOG_ARCHIVE, unitPrice: 0.01, providerAddress: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', url: 'http://localhost:8004' }
`);
  const { names, settings } = await start({ SERVICE_CONFIG_PATH, LOG_ARCHIVE_URL: 'https://logs.example' });
  expect(names).toEqual(['Image generator']);
  expect(Object.keys(settings)).toEqual(['MNEE_TOKEN_ADDRESS', 'SERVICE_REGISTRY_ADDRESS', 'IMAGE_GEN_URL']);
});

test('a file with mistakes ends no start: who serves with it tells them', async () => {
  const { names } = await start({ SERVICE_CONFIG_PATH: servicesFile('services: 7') });
  expect(names).toHaveLength(4);
});

describe('the registry', () => {
  const address = () => ({ rpcUrl: local.rpcUrl, chainId: 31337, registry: local.mnee.registry });
  const service = (over: object) => ({
    id: 'NEW',
    unitPrice: parseEther('2'),
    providerAddress: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    active: false,
    url: 'http://localhost:1',
    isVerified: false,
    metadataURI: 'ipfs://x',
    blockedAgents: [],
    ...over,
  });

  test('gets what differs, and only that; a repetition writes nothing', async () => {
    const key = market.owner.privateKey;
    const first = [service({}), service({ id: 'OTHER', active: true })];
    expect((await syncRegistry(address(), key, first)).map(({ entry }) => entry)).toEqual([
      undefined,
      undefined,
    ]);
    expect(await read(market.registry, 'getService', id('NEW'))).toMatchObject([
      first[0]!.providerAddress,
      parseEther('2'),
      false,
      'ipfs://x',
      false,
    ]);
    const before = await market.chain.provider.getTransactionCount(market.owner.address);
    expect(await syncRegistry(address(), key, first)).toEqual([]);
    expect(await market.chain.provider.getTransactionCount(market.owner.address)).toBe(before);
    const next = [first[0]!, service({ id: 'OTHER', active: true, unitPrice: 3n })];
    expect((await compareRegistry(address(), next)).map(({ differs }) => differs)).toEqual([
      [],
      ['unitPrice'],
    ]);
    expect((await syncRegistry(address(), key, next)).map((one) => one.service.id)).toEqual(['OTHER']);
    expect((await compareRegistry(address(), next)).flatMap(({ differs }) => differs)).toEqual([]);
  });

  test('of another chain, or no registry at all, is refused with what to set', async () => {
    await expect(compareRegistry({ ...address(), chainId: 1 }, [])).rejects.toThrow(
      /set EVM_RPC_URL and EVM_CHAIN_ID/,
    );
    const nowhere = { ...address(), registry: `0x${'12'.repeat(20)}` };
    await expect(compareRegistry(nowhere, [])).rejects.toThrow(/set SERVICE_REGISTRY_ADDRESS/);
  });
});
