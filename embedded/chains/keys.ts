import { createHmac } from 'node:crypto';
import { Keypair } from '@solana/web3.js';
import { Wallet } from 'ethers';

const SEED_BYTES = 32;

/** The installation's seed as it travels to child processes: 64 hex digits. */
export function parseSeed(hex: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(hex)) throw new Error('The seed must be 64 hex digits (32 random bytes)');
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function derive(seed: Uint8Array, label: string): Buffer {
  if (seed.length !== SEED_BYTES)
    throw new Error(`The seed has ${seed.length} bytes, it needs ${SEED_BYTES}`);
  return createHmac('sha256', seed).update(`steward/local/${label}`).digest();
}

/** The same seed and role give the same key for ever; a role is one wallet of the local stack. */
export function solanaKeypair(seed: Uint8Array, role: string): Keypair {
  return Keypair.fromSeed(derive(seed, `solana/${role}`));
}

export function evmWallet(seed: Uint8Array, role: string): Wallet {
  return new Wallet(`0x${derive(seed, `evm/${role}`).toString('hex')}`);
}
