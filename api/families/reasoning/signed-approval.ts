import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import bs58 from 'bs58';
import canonicalize from 'canonicalize';
import type { WalletProof } from '../../../schemas/core/receipt.ts';
import type { ApproveWorkflow } from '../../../schemas/families/reasoning.ts';
import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { ApiError } from '../../problem.ts';

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/**
 * Checks a browser wallet's approval: Ed25519 over the RFC 8785 JSON of those of {planHash, limits, expiresAt} that
 * were sent. `wallet` must be the one registered for the user, if there is one. Throws `invalid_signature`. Answers
 * what was signed, so that anybody can check it again.
 */
export function checkSignedApproval(body: ApproveWorkflow, registered: string | undefined): WalletProof {
  const { signature, wallet } = body;
  if (signature === undefined || wallet === undefined)
    throw bad('Send signature and wallet together, or neither.');
  if (body.planHash === undefined) throw bad('A signed approval names the planHash it approves.');
  if (registered !== wallet) throw bad("The wallet is not the one registered for this user's escrow.");
  const key = publicKey(wallet);
  const bytes = readSignature(signature);
  const message = texts(body).find((text) => verify(null, Buffer.from(text), key, bytes));
  if (message === undefined)
    throw bad('The signature does not fit {planHash, limits, expiresAt} as RFC 8785 JSON and this wallet.');
  return { wallet, signature: bytes.toString('base64'), message };
}

const bad = (detail: string): ApiError => new ApiError('invalid_signature', detail);

function publicKey(wallet: string): KeyObject {
  const raw = decode(bs58.decodeUnsafe(wallet), KEY_BYTES, 'The wallet is not a base58 address of 32 bytes.');
  return createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
  });
}

/** Wallets give signatures as base58 or base64. */
function readSignature(text: string): Buffer {
  const base58 = bs58.decodeUnsafe(text);
  const bytes = base58?.length === SIGNATURE_BYTES ? base58 : Buffer.from(text, 'base64');
  return decode(bytes, SIGNATURE_BYTES, 'The signature must be 64 bytes as base58 or base64.');
}

function decode(bytes: Uint8Array | undefined, length: number, otherwise: string): Buffer {
  if (bytes?.length !== length) throw bad(otherwise);
  return Buffer.from(bytes);
}

/** Amounts arrive as their source text, so both ways of having signed them are tried: numbers and decimal strings. */
function texts({ planHash, limits, expiresAt }: ApproveWorkflow): string[] {
  const asSent: JsonObject = {
    ...(planHash === undefined ? {} : { planHash }),
    ...(limits === undefined ? {} : { limits: limits as JsonObject }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  const numbers = limits === undefined ? asSent : { ...asSent, limits: mapAmounts(limits as JsonObject) };
  return [numbers, asSent].map((value) => canonicalize(value) ?? '');
}

const mapAmounts = (limits: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(limits).map(([name, value]): [string, Json] => [
      name,
      typeof value === 'string' ? Number(value) : value,
    ]),
  );
