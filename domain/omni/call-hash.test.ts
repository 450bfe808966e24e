import { expect, test } from 'vitest';
import { asciiJson, callText } from './call-hash.ts';

test('JSON is written as Python writes it with sorted keys, no spaces and ASCII alone', () => {
  const value = {
    b: [1, 2.5, null, true],
    a: { é: 'x\u007f', '😀': '\n\t"\\/', Z: '\u2028' },
  };
  // json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=True)
  expect(asciiJson(value)).toBe(
    String.raw`{"a":{"Z":"\u2028","\u00e9":"x\u007f","\ud83d\ude00":"\n\t\"\\/"},"b":[1,2.5,null,true]}`,
  );
});

test('keys are sorted by code point, not by UTF-16 units', () => {
  expect(asciiJson({ '\uffff': 1, '😀': 2 })).toBe(String.raw`{"\uffff":1,"\ud83d\ude00":2}`);
});

test('a call is named by service, agent, task and input', () => {
  expect(callText('PRICE_ORACLE', 'user-agent', 'chat_1-1', { symbol: 'ETH' })).toBe(
    'PRICE_ORACLE|user-agent|chat_1-1|{"symbol":"ETH"}',
  );
});
