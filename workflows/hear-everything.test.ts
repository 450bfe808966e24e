import { describe, expect, test } from 'vitest';
import { makeReadable } from './hear-everything.ts';
import { payloadConverter } from './payload-converter.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const payload = (data: string, encoding?: string) => ({
  metadata: encoding === undefined ? {} : { encoding: bytes(encoding) },
  data: bytes(data),
});
const read = (signal: { input?: unknown[] | null }): unknown[] =>
  (signal.input ?? []).map((each) => payloadConverter.fromPayload(each as ReturnType<typeof payload>));

describe('a signal', () => {
  test.each([
    ['broken JSON', payload('{"by":', 'json/plain')],
    ['an encoding that nobody here knows', payload('x', 'binary/encrypted')],
    ['no encoding', payload('x')],
  ])('with %s carries text instead, which no guard takes', (_, broken) => {
    const signal = { signalName: 'approve', input: [broken] };
    makeReadable(signal);
    expect(read(signal)).toEqual(['an argument that cannot be decoded']);
  });

  test('that can be decoded is left as it is', () => {
    const input = [payload('{"by":"ops"}', 'json/plain'), payload('[1]', 'json/plain')];
    const signal = { signalName: 'approve', input };
    makeReadable(signal);
    expect(signal).toEqual({ signalName: 'approve', input });
  });

  test('without an argument stays without one', () => {
    const signal: { signalName: string; input?: [] } = { signalName: 'cancel' };
    makeReadable(signal);
    expect(read(signal)).toEqual([]);
  });

  test.each([
    ['__temporal_x', 'temporal_x'],
    ['__stack_trace', '__stack_trace'],
    ['approve', 'approve'],
  ])('named %s arrives as %s', (sent, name) => {
    const signal = { signalName: sent, input: [] };
    makeReadable(signal);
    expect(signal.signalName).toBe(name);
  });
});
