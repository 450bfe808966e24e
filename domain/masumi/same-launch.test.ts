import { describe, expect, it } from 'vitest';
import { compareInputs, isFlowOf, isStartup, launchedAtMs, launchTimes } from './same-launch.ts';

const upload = JSON.stringify({
  batchId: 'b',
  items: { u1: { filename: 'b.txt', totalChunks: 1 }, u2: { filename: 'a.txt', totalChunks: 1 } },
});

describe('compareInputs', () => {
  it('knows of files only that there are some, because a lost answer does not tell their names', () => {
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

describe('compareInputs of fields alone', () => {
  it.each([
    ['same', { a: 'x' }, { a: 'x', b: null }, []],
    ['same', {}, {}, []],
    ['same', {}, { files: ['a.pdf'] }, ['files']],
    ['other', { a: 'x' }, { a: 'y' }, []],
    ['unreadable', {}, { str: 'x' }, []],
    ['unreadable', { a: 'x' }, { Model: { a: 'x' } }, []],
    ['unreadable', { a: 'x' }, ['x'], []],
  ])('says %s of %j and %j', (verdict, posted, recorded, files) => {
    expect(compareInputs(posted, recorded, files)).toBe(verdict);
  });
});

describe('the time in an id', () => {
  const at = Date.UTC(2025, 5, 1);
  const DAY = 86_400_000;
  const idAt = (ms: number): string => `${(ms / 1000).toString(16).padStart(8, '0')}aaaaaaaaaa000001`;

  it('is read from an ObjectId', () => {
    expect(launchedAtMs(idAt(at), at)).toBe(at);
    expect(launchedAtMs('run-1', at)).toBeUndefined();
  });

  it('is undefined when no run can have begun at that time', () => {
    expect(launchedAtMs(idAt(at + DAY), at)).toBe(at + DAY);
    expect(launchedAtMs(idAt(at + DAY + 1000), at)).toBeUndefined();
    expect(launchedAtMs(idAt(Date.UTC(2019, 11, 31)), at)).toBeUndefined();
    expect(launchedAtMs('000000000000000000000001', at)).toBeUndefined();
  });

  it('is trusted in a list only when the times run newest first, or almost', () => {
    const idsAt = (...offsets: number[]): string[] => offsets.map((offset) => idAt(at + offset));
    expect(launchTimes(idsAt(0, 60_000, -DAY), at)).toEqual([at, at + 60_000, at - DAY]);
    expect(launchTimes(idsAt(-DAY, 0), at)).toBeUndefined();
    expect(launchTimes([...idsAt(0), 'run-1', ...idsAt(-DAY)], at)).toBeUndefined();
    expect(launchTimes([], at)).toEqual([]);
  });

  it('agrees with a startup of that day, in any zone', () => {
    expect(isStartup('2025-06-01T13:00:00.123456', at)).toBe(true);
    expect(isStartup('2025-06-09T00:00:00', at)).toBe(false);
    expect(isStartup(undefined, at)).toBe(false);
    expect(isStartup('soon', at)).toBe(false);
  });
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
