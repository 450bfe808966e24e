import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastLine, readFlowEvent } from './flow-event.ts';
import { createFrameReader } from './frames.ts';

const STREAM = [
  ': a comment',
  'id: 1',
  'event: result',
  'data: 1732540000.25:first',
  'data:',
  'data: third',
  '',
  'retry: 10',
  '',
  'id: 0',
  'event: eof',
  'data: end of stream',
  '',
  '',
];
const FRAMES = [
  { id: '1', event: 'result', data: '1732540000.25:first\n\nthird' },
  { id: '0', event: 'eof', data: 'end of stream' },
];

describe('the reader of server-sent events', () => {
  it.each([
    ['CRLF', '\r\n'],
    ['LF', '\n'],
    ['CR', '\r'],
  ])('reads %s, cut anywhere', (_name, end) => {
    const text = `${STREAM.join(end)}:`; // something after the last line end shows that it is one
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const parser = createFrameReader(1000);
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((to, index) => text.slice(places[index], to));
        expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(FRAMES);
      }),
    );
  });

  it('gives up on an event that grows too large, but not on many events', () => {
    const parser = createFrameReader(100);
    for (let number = 0; number < 50; number++) expect(parser.push('data: 0123456789\n\n')).toHaveLength(1);
    expect(() => parser.push(`data: ${'x'.repeat(100)}`)).toThrow(RangeError);
  });
});

describe('readFlowEvent', () => {
  it.each([
    ['1732540000.25:a:b', 1_732_540_000_250, 'a:b'],
    ['1732540000:', 1_732_540_000_000, ''],
    ['no time here', null, 'no time here'],
  ])('takes the time off %s', (data, atMs, rest) => {
    expect(readFlowEvent({ id: '1', event: 'result', data })).toEqual({
      id: '1',
      event: 'result',
      atMs,
      data: rest,
    });
  });

  it('reads no time from the end of the stream', () => {
    expect(readFlowEvent({ id: '0', event: 'eof', data: '1:2' })).toMatchObject({ atMs: null, data: '1:2' });
  });
});

it('finds the last line of a traceback', () => {
  expect(lastLine('Traceback:\n  File x\nValueError: no luck\n\n')).toBe('ValueError: no luck');
  expect(lastLine('actor not found')).toBe('actor not found');
  expect(lastLine(' \n')).toBeUndefined();
});
