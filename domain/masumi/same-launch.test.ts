import { describe, expect, it } from 'vitest';
import { compareInputs, isFlowOf, launchedAtMs } from './same-launch.ts';

const upload = JSON.stringify({
  batchId: 'b',
  items: { u1: { filename: 'b.txt', totalChunks: 1 }, u2: { filename: 'a.txt', totalChunks: 1 } },
});

describe('compareInputs', () => {
  it('knows of files only that there are some: an answer that got lost does not tell their names', () => {
    const recorded = { dict: { topic: 'x', files: ['a.pdf'] } };
    expect(compareInputs({ topic: 'x' }, recorded, ['files'])).toBe('same');
    expect(compareInputs({ topic: 'x' }, recorded)).toBe('other');
    expect(compareInputs({ topic: 'x' }, { dict: { topic: 'x', files: null } }, ['files'])).toBe('other');
  });

  it.each([
    ['equal fields', { a: 'x', n: 1 }, { n: 1, a: 'x' }],
    ['fields that were left out', { a: 'x' }, { a: 'x', b: null, c: false }],
    ['a checkbox', { a: 'on' }, { a: true }],
    ['files, in any order', { files: upload }, { files: ['a.txt', 'b.txt'] }],
    ['objects, in any order', { a: { x: 1, y: [2] } }, { a: { y: [2], x: 1 } }],
    ['nothing', {}, {}],
  ])('knows %s', (_name, posted, dict) => {
    expect(compareInputs(posted, { dict })).toBe('same');
  });

  it.each([
    ['another value', { a: 'x' }, { a: 'y' }],
    ['a field that was not posted', { a: 'x' }, { a: 'x', b: 'y' }],
    ['other files', { files: upload }, { files: ['a.txt'] }],
    ['text where a list is', { a: 'x' }, { a: ['x'] }],
  ])('tells %s apart', (_name, posted, dict) => {
    expect(compareInputs(posted, { dict })).toBe('other');
  });

  it.each([[{ str: 'x' }], [null], [undefined], [{ dict: { other: 1 } }]])('cannot read %j', (recorded) => {
    expect(compareInputs({ a: 'x' }, recorded)).toBe('unreadable');
  });
});

it('reads the time off an ObjectId', () => {
  expect(launchedAtMs('674476a0aaaaaaaaaa000001')).toBe(0x674476a0 * 1000);
  expect(launchedAtMs('run-1')).toBeUndefined();
});

it.each([
  ['/-/localhost/8001/hymn/-/', 'http://localhost:8001/hymn', true],
  ['/-/localhost/8001/hymn/-/sub', 'http://localhost:8001/hymn/', true],
  ['/-/localhost/8001/-/sub', 'http://localhost:8001', true],
  ['/-/localhost/None/app/-/', 'https://localhost/app', true],
  ['/-/localhost/8001/hymn2/-/', 'http://localhost:8001/hymn', false],
  ['/-/localhost/8002/hymn/-/', 'http://localhost:8001/hymn', false],
  ['/-/localhost/8001/hymn/-/', '', false],
])('%s and %s', (url, appUrl, expected) => {
  expect(isFlowOf(url, appUrl)).toBe(expected);
});
