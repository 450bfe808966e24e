import { expect, test } from 'vitest';
import { isLoopback } from '../config/config.ts';
import { loadConfig, toEnvironment } from './config.ts';

test('has a default for everything', () => {
  expect(loadConfig({})).toMatchObject({
    PORT: 8000,
    HOST: '127.0.0.1',
    RATE_LIMIT_PER_MINUTE: 100,
    TASK_QUEUE: 'steward',
  });
});

test('takes the aliases of the original documents, the canonical name first', () => {
  expect(loadConfig({ ETH_RPC_URL: 'http://a', CORS_ORIGIN: 'http://x', NETWORK: 'devnet' })).toMatchObject({
    EVM_RPC_URL: 'http://a',
    CORS_ORIGINS: ['http://x'],
    SOLANA_NETWORK: 'devnet',
  });
  expect(loadConfig({ ETH_RPC_URL: 'http://a', EVM_RPC_URL: 'http://b' }).EVM_RPC_URL).toBe('http://b');
});

test('ignores a NETWORK that is another family’s', () => {
  expect(loadConfig({ NETWORK: 'Preprod' }).SOLANA_NETWORK).toBeUndefined();
});

test('names every bad value at once', () => {
  expect(() => loadConfig({ PORT: '70000', AUTH: 'maybe' })).toThrow(/PORT[\s\S]*AUTH|AUTH[\s\S]*PORT/);
});

test('refuses SQLite with the way out', () => {
  expect(() => loadConfig({ DATABASE_URL: 'sqlite+aiosqlite:///x.db' })).toThrow(/leave it unset/);
  expect(loadConfig({ DATABASE_URL: 'postgresql+asyncpg://u@h/d' }).DATABASE_URL).toContain('asyncpg');
});

test('knows which addresses are loopback', () => {
  expect(['127.0.0.1', '127.9.9.9', 'localhost', '::1', '0.0.0.0', '10.0.0.1'].map(isLoopback)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('a process that kills or stops itself for tests is not for production', () => {
  expect(loadConfig({ CRASH_AT: 'payment.signed' }).CRASH_AT).toBe('payment.signed');
  expect(() => loadConfig({ CRASH_AT: 'payment.signed', NODE_ENV: 'production' })).toThrow(/refused/);
  expect(() => loadConfig({ CRASH_AT: 'anywhere' })).toThrow(/CRASH_AT/);
  expect(loadConfig({ STOP_AT: 'claim.taken' }).STOP_AT).toBe('claim.taken');
  expect(() => loadConfig({ STOP_AT: 'claim.taken', NODE_ENV: 'production' })).toThrow(/refused/);
});

test('what is written into the environment reads back as the same configuration', () => {
  const config = loadConfig({
    SERVICE_HOSTS: 'a:1,b:2',
    TEMPORAL_TLS: 'on',
    AUTH: 'off',
    PORT: '0',
    DATABASE_URL: 'postgres://u@h/d',
    AGENT_IDENTIFIER_a: 'b',
  });
  expect(loadConfig(toEnvironment(config))).toEqual(config);
});

test('the payment service has two names, and a URL never goes with the key of the other', () => {
  const other = { MASUMI_NODE_URL: 'http://node', MASUMI_API_KEY: 'its key' };
  expect(loadConfig(other)).toMatchObject({
    PAYMENT_SERVICE_URL: 'http://node',
    PAYMENT_API_KEY: 'its key',
  });
  expect(loadConfig({ ...other, PAYMENT_SERVICE_URL: 'http://service' })).toMatchObject({
    PAYMENT_SERVICE_URL: 'http://node',
    PAYMENT_API_KEY: 'its key',
  });
  const both = { ...other, PAYMENT_SERVICE_URL: 'http://service', PAYMENT_API_KEY: 'a key' };
  expect(loadConfig(both)).toMatchObject({ PAYMENT_SERVICE_URL: 'http://service', PAYMENT_API_KEY: 'a key' });
});

test('settings of single flows are kept as texts, and nothing else is taken for one', () => {
  const config = loadConfig({ AGENT_IDENTIFIER_a: '1e5', PRICE_a: '3 lovelace', PRICELESS: 'x' });
  expect(config.FLOW_SETTINGS).toEqual({ AGENT_IDENTIFIER_a: '1e5', PRICE_a: '3 lovelace' });
});

test('a worker may serve the queue and stop at the points of any family', () => {
  expect(loadConfig({ CRASH_AT: 'job.launched' }).CRASH_AT).toBe('job.launched');
  expect(() => loadConfig({ CRASH_AT: 'claim.taken' })).toThrow(/CRASH_AT/);
});

test('a setting that some family has by name is no open setting of another', () => {
  const config = loadConfig({ PRICE_ORACLE_URL: 'http://127.0.0.1:1', PRICE_a: '3 lovelace' });
  expect(config.FLOW_SETTINGS).toEqual({ PRICE_a: '3 lovelace' });
  expect(config.PRICE_ORACLE_URL).toBe('http://127.0.0.1:1');
});
