import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import canonicalize from 'canonicalize';
import { inputPreimage, lockPreimage, type LockAnswer } from '../../../domain/masumi/hashes.ts';
import { isNodeIdentifier } from '../../../domain/masumi/identifier.ts';
import { textOfNumber } from '../../../domain/exact-json.ts';
import { shortest } from '../../../domain/hashable.ts';
import type { Json, JsonObject } from '../../../schemas/core/json.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** MIP-004's input hash, over the original identifier. Throws on halves of surrogate pairs, which have no UTF-8 form. */
export const inputHash = (identifier: string, inputData: JsonObject): string =>
  sha256(inputPreimage(identifier, jcs(inputData)));

/**
 * RFC 8785 JSON, which has doubles. Integers that no double holds keep their digits: purchasers who can send one, as Python
 * programs can, hash it as it is.
 */
function jcs(value: JsonObject): string {
  const mark = `${randomUUID()}:`;
  const text = canonicalize(marked(value, mark)) ?? '{}';
  return text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

function marked(value: Json, mark: string): Json {
  if (typeof value !== 'object' || value === null) return value;
  const text = textOfNumber(value);
  if (text !== undefined) {
    const number = shortest(text);
    if (typeof number === 'number') return number;
    return /^-?\d+$/.test(text) ? `${mark}${text}` : Number(text);
  }
  if (Array.isArray(value)) return value.map((item) => marked(item, mark));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item, mark)]));
}

/** The identifier as the payment service takes it: verbatim where it can, else the first 24 hex digits of its SHA-256. */
export const purchaserNonce = (identifier: string): string =>
  isNodeIdentifier(identifier) ? identifier : sha256(identifier).slice(0, 24);

/** Id of a status of a job: the UUIDv5 (RFC 9562) of the status's name within the job's id, which has to be a UUID. */
export function statusId(jobId: string, status: string): string {
  const namespace = Buffer.from(jobId.replaceAll('-', ''), 'hex');
  if (namespace.length !== 16) throw new Error('A job id must be a UUID.');
  const bytes = createHash('sha1').update(namespace).update(status).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/** Signature of whoever took an answer to a lock, in hex; both are "" where no key is set. */
export interface InputSignature {
  signature: string;
  verification_key: string;
}

/** What comes before the seed in the PKCS #8 form of an Ed25519 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs an answer to a lock with Ed25519 (masumi.md section 1.2, `provide_input`). The seed is 32 bytes in hex. */
export function signInput(seedHex: string | undefined, answer: LockAnswer): InputSignature {
  if (seedHex === undefined || seedHex === '') return { signature: '', verification_key: '' };
  if (!/^[0-9a-f]{64}$/i.test(seedHex)) throw new Error('MASUMI_SIGNING_KEY must be 64 hex digits.');
  const der = Buffer.concat([PKCS8_PREFIX, Buffer.from(seedHex, 'hex')]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return {
    signature: sign(null, Buffer.from(lockPreimage(answer)), key).toString('hex'),
    verification_key: Buffer.from(x ?? '', 'base64url').toString('hex'),
  };
}
