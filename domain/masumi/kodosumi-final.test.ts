import { describe, expect, it } from 'vitest';
import { parseExact } from '../exact-json.ts';
import { storableJson } from '../storable.ts';
import { readFinal, readLargeFinal } from './kodosumi-final.ts';

describe('readFinal', () => {
  it.each([
    ['Markdown', '{"Markdown":{"body":"# Hi"}}', '# Hi'],
    ['HTML', '{"HTML":{"body":"<p>Hi</p>"}}', '<p>Hi</p>'],
    ['Text', '{"Text":{"body":"Hi"}}', 'Hi'],
    ['CrewOutput', '{"CrewOutput":{"raw":"Hi","tasks_output":[]}}', 'Hi'],
    ['str', '{"str":"Hi"}', 'Hi'],
    ['TypeError', '{"TypeError":"None"}', 'None'],
    ['int', '{"int":12345678901234567890}', '12345678901234567890'],
    ['float', '{"float":1.0}', '1.0'],
    ['bool', '{"bool":false}', 'false'],
    ['dict', '{ "dict": { "b": [1, 2.50], "a": null } }', '{"b":[1,2.50],"a":null}'],
    ['dict', '{"dict":{}}', '{}'],
    ['__list__', '{"__list__":[{"int":1},{"str":"two"}]}', '[{"int":1},{"str":"two"}]'],
    ['Report', '{"Report":{"title":"T","body":"B"}}', '{"title":"T","body":"B"}'],
    ['constructor', '{"constructor":1}', '1'],
  ])('gives the text of %s', (kind, final, output) => {
    expect(readFinal(final)).toEqual({ kind, output, final: parseExact(final) });
  });

  it('gives "null" when there is no result', () => {
    expect(readFinal(null)).toEqual({ kind: null, output: 'null', final: null });
  });

  it.each(['{"Markdown":{"body":""}}', '{"str":""}', '{"CrewOutput":{}}'])(
    'gives the whole where the text is empty: %s',
    (final) => {
      expect(readFinal(final).output).toBe(final);
    },
  );

  it.each(['plain', '[1]', '7', '{}', '{"a":1,"b":2}'])(
    'gives a text that is not a result as it is: %s',
    (final) => {
      expect(readFinal(final)).toMatchObject({ kind: null, output: final });
    },
  );
});

describe('a result that cannot be stored as it is', () => {
  it.each([
    [{ Text: { body: 'a\0b' } }, 'a\ufffdb'],
    [{ Markdown: { body: 'half \ud800 of a pair' } }, 'half \ufffd of a pair'],
    [{ dict: { 'k\0': ['\udc00'] } }, '{"k\\u0000":["\\udc00"]}'],
  ])('%j is read as everybody is shown it, so that its hash is that of what is shown', (final, output) => {
    const result = readFinal(JSON.stringify(final));
    expect(result.output).toBe(output);
    expect(storableJson(result as never, 256)).toEqual(result);
  });
});

describe('a large final', () => {
  it.each([
    '{"Markdown":{"body":"# Hi\\n\\u0000\\ud800"}}',
    '{"str":"1.0"}',
    '{"CrewOutput":{"raw":"Hi","score":1.0}}',
    '{"float":1.0}',
    '{ "dict": { "b": [1, 2.50, -0], "a": null, "t": "\\u00e9 1.0" } }',
    '{"Markdown":{"body":"","n":1.0}}',
    '{"a":1.0,"b":2}',
    '[1.0]',
    'plain 1.0',
  ])('has the output that it would have if it were small: %s', (final) => {
    const { kind, output } = readFinal(final);
    expect(readLargeFinal(final)).toEqual({ kind, output, final: null });
  });
});
