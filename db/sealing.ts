import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { parseExact } from '../domain/exact-json.ts';
import type { Json } from '../schemas/core/json.ts';

/**
 * Encrypts prompts, signed bytes and values at rest: AES-256-GCM, a fresh nonce each, the purpose as context. What is sealed is
 * JSON text, so numbers keep their digits.
 */
export interface Sealer {
  seal(purpose: string, value: Json): Buffer;
  /** The same for JSON text that is written already. */
  sealText(purpose: string, text: string | Uint8Array): Buffer;
  open(purpose: string, sealed: Buffer): Json;
  /**
   * Another key of 32 bytes from the same secret, always the same for one purpose. It reveals nothing of the others.
   */
  derive(purpose: string): Buffer;
}

const NONCE = 12;
const TAG = 16;

/** `secret` is the installation's data key (STEWARD_DATA_KEY, at least 16 characters). */
export function createSealer(secret: string): Sealer {
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'steward', purpose, 32));
  const key = derive('sealing v1');
  const sealText: Sealer['sealText'] = (purpose, text) => {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
    const body = typeof text === 'string' ? cipher.update(text, 'utf8') : cipher.update(text);
    const end = cipher.final();
    return Buffer.concat([nonce, cipher.getAuthTag(), body, end]);
  };
  return {
    derive,
    sealText,
    seal: (purpose, value) => sealText(purpose, JSON.stringify(value)),
    open(purpose, sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE))
        .setAAD(Buffer.from(purpose))
        .setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
      const text = Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]).toString(
        'utf8',
      );
      return parseExact(text);
    },
  };
}
