import { createPrivateKey, sign } from 'node:crypto';
import type { Keypair } from '@solana/web3.js';
import bs58 from 'bs58';
import canonicalize from 'canonicalize';

/** What a browser wallet answers when it is asked to sign an approval: the message, and its signature over it. */
export function signedBy({ secretKey, publicKey }: Keypair, message: object): object {
  const part = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const key = createPrivateKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', d: part(secretKey.subarray(0, 32)), x: part(publicKey.toBytes()) },
  });
  const signature = bs58.encode(sign(null, Buffer.from(canonicalize(message)!), key));
  return { ...message, wallet: publicKey.toBase58(), signature };
}
