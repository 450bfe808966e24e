import { Keypair } from '@solana/web3.js';
import { expect, test } from 'vitest';
import { splitKey } from '../api/keys/secrets.ts';
import { settings } from '../families/config.ts';
import { deploymentLines, escrowLines } from './keygen-lines.ts';

const asRecord = (lines: string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

test('the printed escrow key is 64 bytes in base64, and restores the account whose address is printed', () => {
  const keypair = Keypair.generate();
  const [secret = '', address = ''] = escrowLines(keypair);
  const bytes = Buffer.from(secret.replace('ESCROW_KEYPAIR=', ''), 'base64');
  expect(bytes).toHaveLength(64);
  expect(address).toBe(`Address: ${Keypair.fromSecretKey(bytes).publicKey.toBase58()}`);
});

test('the secrets of a deployment fit the configuration, and no two runs print the same', () => {
  const secrets = asRecord(deploymentLines());
  expect(splitKey(secrets['STEWARD_ADMIN_KEY'] ?? '')).toBeDefined();
  expect(settings.safeParse(secrets).success).toBe(true);
  const again = asRecord(deploymentLines());
  for (const [name, value] of Object.entries(secrets)) expect(again[name], name).not.toBe(value);
});

test('passwords can stand in a URL without escaping', () => {
  for (const [name, value] of Object.entries(asRecord(deploymentLines())))
    if (name.endsWith('_PASSWORD'))
      expect(new URL(`postgresql://steward:${value}@postgres/steward`).password).toBe(value);
});
