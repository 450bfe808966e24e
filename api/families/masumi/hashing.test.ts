import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseExact } from '../../../domain/exact-json.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { inputHash, purchaserNonce, signInput, statusId } from './hashing.ts';

// Digests here were made with sha256sum over pre-images written by hand.
describe('the input hash of MIP-004', () => {
  it.each([
    [{}, 'id', '9dd4f98d120d220cb2ccb3a995e8e2b83f74e753ee7039e2e70543e39b025521'],
    [
      { prompt: 'Cardano payments' },
      'aabbccddeeff0011',
      '25f3afe66b39b0582711c9faf53930c7b6a6feffd10294750ec77be47fd63080',
    ],
    [
      { b: [1e30, 4.5, 2e-3, Number('333333333.33333329')], a: null },
      'id',
      'a75f54274d79341efa0743818836adcd4e229c64e735f482e1021f7933f108af',
    ],
    [
      { '\ufb33': 1, '\ud83d\ude00': 2, '\u20ac': 3, '\r': 4, '1': 5 },
      'id',
      '460726d4ed49dc02d98ed77503a577800e6e0deb0203659a40b095a728d99cf0',
    ],
  ] as [JsonObject, string, string][])('of %j', (data, identifier, digest) => {
    expect(inputHash(identifier, data)).toBe(digest);
  });

  it('is over the RFC 8785 form: order and names of keys play no tricks', () => {
    const data = JSON.parse('{"b":1,"__proto__":{"x":1},"a":2}') as JsonObject;
    const other = JSON.parse('{"__proto__":{"x":1},"a":2.0,"b":1}') as JsonObject;
    expect(inputHash('id', data)).toBe(inputHash('id', other));
    expect(inputHash('id', data)).not.toBe(inputHash('id', { a: 2, b: 1 }));
  });

  it('refuses what has no UTF-8 form', () => {
    expect(() => inputHash('id', { a: '\ud800' })).toThrow(/surrogate/i);
  });
});

describe('the identifier at the payment service', () => {
  it('is verbatim where it is legal, else made of the SHA-256', () => {
    expect(purchaserNonce('AABBccddeeff0011')).toBe('AABBccddeeff0011');
    expect(purchaserNonce('my-job-123')).toBe('b28919954472dbe064af2a8b');
  });
});

describe('ids of statuses', () => {
  it('are the UUIDv5 of the status within the job', () => {
    // RFC 9562, appendix A.4
    expect(statusId('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
    expect(() => statusId('job', 'running')).toThrow('UUID');
  });
});

describe('signatures of answers', () => {
  const answer = { input_hash: 'ab', job_id: 'j', status_id: 's' };

  it('verify with the key they come with', () => {
    // RFC 8032, section 7.1, test 1
    const signed = signInput('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', answer);
    expect(signed.verification_key).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    const x = Buffer.from(signed.verification_key, 'hex').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const text = Buffer.from('{"input_hash":"ab","job_id":"j","status_id":"s"}');
    expect(verify(null, text, key, Buffer.from(signed.signature, 'hex'))).toBe(true);
  });

  it('are empty without a key, and a broken key is said to be one', () => {
    expect(signInput(undefined, answer)).toEqual({ signature: '', verification_key: '' });
    expect(signInput('', answer)).toEqual({ signature: '', verification_key: '' });
    expect(() => signInput('abcd', answer)).toThrow('64 hex digits');
  });
});

it.each([
  ['{"n":9007199254740993}', '{"n":9007199254740993}'],
  ['{"n":-9007199254740993,"a":[1.0,19.90,1e2,-0]}', '{"a":[1,19.9,100,0],"n":-9007199254740993}'],
  ['{"n":0.1000000000000000055511151231257827}', '{"n":0.1}'],
  ['{"n":1000000000000000000000}', '{"n":1e+21}'],
])('the input %s is hashed as %s: integers keep their digits, other numbers are doubles', (sent, hashed) => {
  const input = parseExact(sent) as JsonObject;
  expect(inputHash('ident', input)).toBe(createHash('sha256').update(`ident;${hashed}`).digest('hex'));
});
