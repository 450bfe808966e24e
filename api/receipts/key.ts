import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Sealer } from '../../db/sealing.ts';
import type { Receipt, ReceiptKey } from '../../schemas/core/receipt.ts';

/** The part of a receipt that is signed: its root and everything that stands beside the sections. */
export type ReceiptHead = Pick<Receipt, 'version' | 'final' | 'issued_at' | 'issuer' | 'root'>;

/** The head of a tenant's audit chain as it is signed: its newest line's id and hash, and the time of signing. */
export interface SignedHead {
  tenant: string;
  line: number;
  hash: string;
  at: string;
}

export interface ReceiptSigner {
  key: ReceiptKey;
  sign(head: ReceiptHead): string;
  signAnchor(head: SignedHead): string;
}

const SEED_AS_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, before the 32 bytes
// Prefixes, so that a signature over one kind of text is never valid for another.
const DOMAIN = 'steward run receipt v1\n';
const ANCHOR_DOMAIN = 'steward audit anchor v1\n';

/** The installation's signer: its key comes from STEWARD_DATA_KEY, so that there is no other secret to keep. */
export function createReceiptSigner(sealer: Sealer): ReceiptSigner {
  const seed = sealer.derive('run receipts v1');
  const secret = createPrivateKey({
    key: Buffer.concat([SEED_AS_PKCS8, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x = '' } = createPublicKey(secret).export({ format: 'jwk' });
  const raw = Buffer.from(x, 'base64url');
  const key_id = keyId(raw);
  return {
    key: {
      algorithm: 'Ed25519',
      key_id,
      public_key: raw.toString('base64'),
      jwk: { kty: 'OKP', crv: 'Ed25519', x, kid: key_id, use: 'sig', alg: 'EdDSA' },
    },
    sign: (head) => sign(null, signedText(head), secret).toString('base64'),
    signAnchor: (head) => sign(null, anchorText(head), secret).toString('base64'),
  };
}

export const keyId = (publicKey: Buffer): string =>
  createHash('sha256').update(publicKey).digest('hex').slice(0, 16);

function signedText({ version, final, issued_at, issuer, root }: ReceiptHead): Buffer {
  return Buffer.from(DOMAIN + (canonicalize({ version, final, issued_at, issuer, root }) ?? ''));
}

function anchorText({ tenant, line, hash, at }: SignedHead): Buffer {
  return Buffer.from(ANCHOR_DOMAIN + (canonicalize({ tenant, line, hash, at }) ?? ''));
}

/** True when the key made this signature. */
export const isSignedBy = (publicKey: string, head: ReceiptHead, signature: string): boolean =>
  isMadeBy(publicKey, signedText(head), signature);

export const isAnchorSignedBy = (publicKey: string, head: SignedHead, signature: string): boolean =>
  isMadeBy(publicKey, anchorText(head), signature);

/** Only the canonical base64 of a value is accepted. */
function isMadeBy(publicKey: string, text: Buffer, signature: string): boolean {
  const [key, made] = [Buffer.from(publicKey, 'base64'), Buffer.from(signature, 'base64')];
  if (key.toString('base64') !== publicKey || made.toString('base64') !== signature) return false;
  if (key.length !== 32 || made.length !== 64) return false;
  return verifyEd25519(key, text, made);
}

/** Ed25519 over bytes by a raw public key. */
export function verifyEd25519(publicKey: Buffer, message: Buffer, signature: Buffer): boolean {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') };
  return verify(null, message, createPublicKey({ format: 'jwk', key: jwk }), signature);
}
