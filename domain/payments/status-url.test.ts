import { describe, expect, test } from 'vitest';
import { nextQuestionMs } from './accepted-work.ts';
import { progressOf, statusPointOf } from './status-url.ts';

const CALLED = 'https://seller.test/v1/jobs?x=1';
const answered = (status: number, headers: { [name: string]: string }, body: unknown = '') => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('where accepted work is asked for', () => {
  test.each([
    ['Location', { location: '/jobs/7' }, '', 'https://seller.test/jobs/7'],
    ['a relative Location', { location: '7' }, '', 'https://seller.test/v1/7'],
    [
      'Operation-Location before Location',
      { location: '/r', 'operation-location': '/s' },
      '',
      'https://seller.test/s',
    ],
    ['status_url', {}, { status_url: 'https://jobs.test/7#top' }, 'https://jobs.test/7'],
    ['statusUrl', {}, { id: 1, statusUrl: '/7' }, 'https://seller.test/7'],
    ['polling_url', {}, { polling_url: '?job=7' }, 'https://seller.test/v1/jobs?job=7'],
  ])('%s names it', (_, headers, body, url) => {
    expect(statusPointOf(answered(202, headers, body), CALLED, 0)).toEqual({ url });
  });

  test('Retry-After says when', () => {
    const headers = { location: '/7', 'retry-after': '5' };
    expect(statusPointOf(answered(202, headers), CALLED, 0)).toMatchObject({ afterMs: 5000 });
  });

  test('relative addresses begin where a redirect has led', () => {
    const moved = { ...answered(202, { location: '7' }), url: 'https://seller.test/v2/jobs' };
    expect(statusPointOf(moved, CALLED, 0)?.url).toBe('https://seller.test/v2/7');
  });

  test.each([
    ['another status', 200, { location: '/7' }, { status_url: '/7' }],
    ['no address', 202, {}, { status: 'accepted', url: '/7' }],
    ['an address that is none', 202, { location: 'http://[' }, ''],
    ['one that is no text', 202, {}, { status_url: 7 }],
  ])('%s is the whole answer', (_, status, headers, body) => {
    expect(statusPointOf(answered(status, headers, body), CALLED, 0)).toBeUndefined();
  });
});

describe('how far accepted work is', () => {
  test.each([
    [202, 'anything', 'working'],
    [200, { status: 'In Progress' }, 'working'],
    [200, { status: 'not_started' }, 'working'],
    [200, { state: 'queued' }, 'working'],
    [200, { status: 'succeeded', result: 1 }, 'done'],
    [200, { status: 3 }, 'done'],
    [200, [1], 'done'],
    [200, 'a text', 'done'],
    [200, { status: 'FAILED' }, { failed: 'failed' }],
    [200, { status: 'timed-out' }, { failed: 'timedout' }],
  ])('an answer %i with %j is %j', (status, body, progress) => {
    expect(progressOf(answered(status, {}, body))).toEqual(progress);
  });
});

test('looks become rarer, and never sooner than the service asks for', () => {
  expect([0, 30_000, 3_600_000].map((waited) => nextQuestionMs(waited))).toEqual([1000, 3000, 60_000]);
  expect(nextQuestionMs(0, 20_000)).toBe(20_000);
  expect(nextQuestionMs(600_000, 1000)).toBe(60_000);
  expect(nextQuestionMs(0, 1e12)).toBe(3_600_000);
});
