import { createHash, createPublicKey, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { outputPreimage, type OutputHashMode } from '../../domain/masumi/hashes.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { InputProvided } from '../../schemas/families/masumi/mip003.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** MIP-004's hash of an input, computed by the purchaser for itself. */
export const hashInput = (identifier: string, input: JsonObject): string =>
  sha256(`${identifier};${canonicalize(input)}`);

export const hashOutput = (identifier: string, result: string, mode: OutputHashMode): string =>
  sha256(outputPreimage(identifier, result, mode));

/** What comes before an Ed25519 public key in its SPKI form (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** True when the enclosed key signed that this answer was taken; undefined when the seller signs nothing. */
export function isSigned(
  { input_hash, signature, verification_key }: InputProvided,
  jobId: string,
  statusId: string,
): boolean | undefined {
  if (signature === '' && verification_key === '') return undefined;
  if (!/^[0-9a-f]{64}$/i.test(verification_key) || !/^[0-9a-f]{128}$/i.test(signature)) return false;
  const text = canonicalize({ input_hash, job_id: jobId, status_id: statusId }) ?? '';
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(verification_key, 'hex')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'hex'));
}

const ADA_DECIMALS = 6;

/** Amounts in words; lovelace as ADA. */
export function priceInWords(amounts: readonly { amount: number | string; unit: string }[]): string {
  const words = amounts.map(({ amount, unit }) =>
    unit === 'lovelace' || unit === '' ? `${toAda(BigInt(amount))} ADA` : `${amount} ${unit}`,
  );
  return words.length === 0 ? 'nothing' : words.join(' + ');
}

function toAda(lovelace: bigint): string {
  const digits = lovelace.toString().padStart(ADA_DECIMALS + 1, '0');
  const fraction = digits.slice(-ADA_DECIMALS).replace(/0+$/, '');
  return digits.slice(0, -ADA_DECIMALS) + (fraction === '' ? '' : `.${fraction}`);
}
