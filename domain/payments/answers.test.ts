import { describe, expect, test } from 'vitest';
import { classifyStatus, describeAnswer, readBody, retryAfterMs } from './answers.ts';

const answer = (text: string, headers: Record<string, string> = {}) => ({ status: 503, headers, text });

test.each([
  [200, 'ok'],
  [204, 'ok'],
  [301, 'failed'],
  [400, 'failed'],
  [402, 'payment_required'],
  [408, 'retry'],
  [425, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
])('status %i means %s', (status, kind) => {
  expect(classifyStatus(status)).toBe(kind);
});

describe('Retry-After', () => {
  test.each([
    ['7', 7000],
    ['Thu, 01 Jan 1970 00:01:40 GMT', 90_000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['soon', undefined],
  ])('"%s" asks for %s ms', (header, ms) => {
    expect(retryAfterMs(answer('', { 'retry-after': header }), 10_000)).toBe(ms);
  });

  test('may be absent', () => {
    expect(retryAfterMs(answer(''), 0)).toBeUndefined();
  });
});

test('a body is its JSON, else its text', () => {
  expect(readBody(answer('{"a":[1]}'))).toEqual({ a: [1] });
  expect(readBody(answer('<html>'))).toBe('<html>');
});

test('an answer is described on one line and not at length', () => {
  expect(describeAnswer('Maps', answer('no\n  luck'))).toBe('Maps answered 503: no luck');
  expect(describeAnswer('Maps', answer(''))).toBe('Maps answered 503');
  expect(describeAnswer('Maps', answer('x'.repeat(900))).length).toBeLessThan(240);
});

test('a redirect that is not followed is described with where it leads', () => {
  const moved = { status: 307, headers: { location: 'https://other.test/<b>' }, text: 'x' };
  expect(describeAnswer('Maps', moved)).toBe(
    'Maps answered 307: a redirect to https://other.test/‹b› is not followed',
  );
});
