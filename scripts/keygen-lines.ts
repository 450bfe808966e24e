import { randomBytes } from 'node:crypto';
import type { Keypair } from '@solana/web3.js';
import { generateKey } from '../api/keys/secrets.ts';

/** The escrow account as the configuration takes it (base64 of the 64-byte secret key), and its public address (base58). */
export function escrowLines(keypair: Keypair): string[] {
  return [
    `ESCROW_KEYPAIR=${Buffer.from(keypair.secretKey).toString('base64')}`,
    `Address: ${keypair.publicKey.toBase58()}`,
  ];
}

/** Every secret that docker-compose.yml insists on. Hexadecimal passwords, because they become part of URLs. */
export function deploymentLines(): string[] {
  return [
    `POSTGRES_PASSWORD=${hex(24)}`,
    `STEWARD_OWNER_PASSWORD=${hex(24)}`,
    `STEWARD_DB_PASSWORD=${hex(24)}`,
    `TEMPORAL_DB_PASSWORD=${hex(24)}`,
    `STEWARD_ADMIN_KEY=${generateKey().key}`,
    `STEWARD_DATA_KEY=${hex(32)}`,
  ];
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
