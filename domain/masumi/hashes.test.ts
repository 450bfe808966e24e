import { describe, expect, it } from 'vitest';
import { inputPreimage, lockPreimage, outputPreimage } from './hashes.ts';
import { isNodeIdentifier } from './identifier.ts';

describe('identifiers the payment service takes', () => {
  it.each(['aabbccddeeff00', 'AABBccddeeff0011', 'a'.repeat(26)])('%s', (text) => {
    expect(isNodeIdentifier(text)).toBe(true);
  });
  it.each([
    '',
    'my-job-123',
    'aabbccddeeff',
    'aabbccddeeff001',
    'a'.repeat(28),
    'aabbccddeeff00\n',
    'zzbbccddeeff00',
  ])('not %j', (text) => {
    expect(isNodeIdentifier(text)).toBe(false);
  });
});

describe('what is hashed', () => {
  const result = 'a "b"\\\n\u0001\u2028é';

  it('consists of the identifier, a semicolon and the text', () => {
    expect(inputPreimage('job;1', '{"a":1}')).toBe('job;1;{"a":1}');
    expect(outputPreimage('id', result, 'mip')).toBe(`id;${result}`);
  });

  it('is JSON-escaped for purchasers that hash it so, with everything else unchanged', () => {
    expect(outputPreimage('id', result, 'escaped')).toBe('id;a \\"b\\"\\\\\\n\\u0001\u2028é');
    expect(outputPreimage('id', 'plain', 'escaped')).toBe('id;plain');
  });

  it('is canonical for an answer to a lock, whatever the order it came in', () => {
    expect(lockPreimage({ status_id: 's', input_hash: 'h', job_id: 'j' })).toBe(
      '{"input_hash":"h","job_id":"j","status_id":"s"}',
    );
  });
});
