import { expect, test } from 'vitest';
import { parseCommandLine } from './command-parse.ts';
import { keyLast, readObject } from './purchase-args.ts';

test.each([
  ['-_localhost_8001_hymn_-_', '--refund', '--api', 'http://x'],
  ['--api', 'http://x', '-_localhost_8001_hymn_-_', '--refund'],
  ['--refund', '--api', 'http://x', '--', '-_localhost_8001_hymn_-_'],
])('a flow key is no option, wherever it stands', (...argv) => {
  const script = {
    name: 'purchase',
    about: 'buys',
    arguments: { KEY: 'which' },
    options: { refund: { about: 'back' }, api: { value: 'URL', about: 'where' } },
    examples: [],
    run: () => undefined,
  };
  expect(parseCommandLine(script, keyLast(argv))).toMatchObject({
    args: { values: { refund: true, api: 'http://x' }, positionals: ['-_localhost_8001_hymn_-_'] },
  });
});

test('a JSON object is read, and the error for anything else shows how to write one', () => {
  expect(readObject('{"topic":"autumn"}', '--input')).toEqual({ topic: 'autumn' });
  expect(readObject(undefined, '--input')).toBeUndefined();
  for (const text of ['topic', '[1]', '"x"', '{topic:1}'])
    expect(() => readObject(text, '--input')).toThrow(`--input '{"field":"value"}'`);
});
