import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSealer } from '../../db/sealing.ts';
import { createReceiptSigner, isAnchorSignedBy, isSignedBy, type ReceiptHead } from './key.ts';

const signer = createReceiptSigner(createSealer('a secret of the tests'));
const { jwk: _jwk, ...issuer } = signer.key;
const head: ReceiptHead = {
  version: 1,
  final: true,
  issued_at: '2026-01-01T00:00:00.000Z',
  issuer,
  root: 'a'.repeat(64),
};

test('one data key makes one signing key, the same in every process, and another makes another', () => {
  expect(createReceiptSigner(createSealer('a secret of the tests')).key).toEqual(signer.key);
  const other = createReceiptSigner(createSealer('another secret of the tests'));
  expect(other.key.public_key).not.toBe(signer.key.public_key);
  expect(isSignedBy(other.key.public_key, head, signer.sign(head))).toBe(false);
});

test('the JWK and the raw key are one key', () => {
  const jwk = createPublicKey({ format: 'jwk', key: signer.key.jwk });
  expect(jwk.export({ format: 'jwk' }).x).toBe(
    Buffer.from(signer.key.public_key, 'base64').toString('base64url'),
  );
});

test('nothing beside the root can be changed under a signature', () => {
  const signature = signer.sign(head);
  expect(isSignedBy(issuer.public_key, head, signature)).toBe(true);
  const others: Partial<ReceiptHead>[] = [
    { final: false },
    { issued_at: '2026-01-01T00:00:00.001Z' },
    { root: 'b'.repeat(64) },
    { issuer: { ...issuer, key_id: '0'.repeat(16) } },
  ];
  for (const other of others)
    expect(isSignedBy(issuer.public_key, { ...head, ...other }, signature)).toBe(false);
});

test('a signature is made over receipts alone: the bare root was not signed', () => {
  const key = createPublicKey({ format: 'jwk', key: signer.key.jwk });
  expect(verify(null, Buffer.from(head.root), key, Buffer.from(signer.sign(head), 'base64'))).toBe(false);
});

test('the signature of an audit anchor covers everything that it says, and does not pass for a receipt', () => {
  const anchor = { tenant: 'default', line: 7, hash: 'c'.repeat(64), at: '2026-01-01T00:00:00.000Z' };
  const signature = signer.signAnchor(anchor);
  expect(isAnchorSignedBy(issuer.public_key, anchor, signature)).toBe(true);
  for (const other of [
    { tenant: 'x' },
    { line: 8 },
    { hash: 'd'.repeat(64) },
    { at: '2026-01-01T00:00:00.001Z' },
  ])
    expect(isAnchorSignedBy(issuer.public_key, { ...anchor, ...other }, signature)).toBe(false);
  expect(isSignedBy(issuer.public_key, head, signature)).toBe(false);
  expect(isAnchorSignedBy(issuer.public_key, anchor, signer.sign(head))).toBe(false);
});

test('other letters that decode to the same bytes are refused as a signature', () => {
  const signature = signer.sign(head);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const next = letters[letters.indexOf(signature.at(-3)!) + 1]!;
  const other = `${signature.slice(0, -3)}${next}==`;
  expect(Buffer.from(other, 'base64').equals(Buffer.from(signature, 'base64'))).toBe(true);
  expect(isSignedBy(issuer.public_key, head, other)).toBe(false);
  for (const junk of ['', 'AA==', `${signature}AAAA`, 'not base64'])
    expect(isSignedBy(issuer.public_key, head, junk)).toBe(false);
  expect(isSignedBy('AA==', head, signature)).toBe(false);
});
