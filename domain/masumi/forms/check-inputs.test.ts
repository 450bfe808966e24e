import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { MipInputSchema } from '../../../schemas/families/masumi/fields.ts';
import { numberOfText } from '../../exact-json.ts';
import type { FormElement } from '../ports/kodosumi.ts';
import { checkInputs } from './check-inputs.ts';
import { toFields } from './to-fields.ts';

const tools = {
  matches: (pattern: string, text: string) => new RegExp(`^(?:${pattern})$`, 'v').test(text),
  mayFetch: (url: string) => !url.includes('private'),
};
const check = (elements: FormElement[], data: JsonObject) => checkInputs(elements, data, tools);
/** What is sent for one field, or the error. */
const sent = (element: FormElement, value: Json): Json | undefined => {
  const checked = check([{ name: 'x', label: 'X', ...element }], { x: value });
  return checked.ok ? checked.values['x'] : `! ${checked.errors['x']?.join()}`;
};
const options = [
  { name: 'a', label: 'Alpha' },
  { name: 'b', label: 'Beta' },
];
const twins = [...options, { name: 'c', label: 'Beta' }];
const crossed = [
  { name: 'a', label: 'b' },
  { name: 'b', label: 'a' },
];

describe('numbers that no double holds', () => {
  const digits = '9007199254740993';
  it('keep their digits as they are given, written as texts, and as defaults', () => {
    const exact = numberOfText(digits);
    const decimal = numberOfText('0.12345678901234567891');
    expect(JSON.stringify(sent({ type: 'number' }, exact))).toBe(digits);
    expect(JSON.stringify(sent({ type: 'number' }, ` ${digits} `))).toBe(digits);
    expect(JSON.stringify(sent({ type: 'number' }, '0.12345678901234567891'))).toBe(JSON.stringify(decimal));
    expect(sent({ type: 'number' }, '.50')).toBe(0.5);
    for (const value of [exact, digits]) {
      const form = [{ type: 'number', name: 'x', value }];
      expect(JSON.stringify(check(form, {}))).toContain(`"values":{"x":${digits}}`);
      expect(JSON.stringify(toFields(form))).toContain(`"default":${digits}`);
    }
    expect(check([{ type: 'number', name: 'x', value: numberOfText('1.0') }], {})).toMatchObject({
      values: { x: 1 },
    });
  });
});

describe('one value', () => {
  it.each([
    [{ type: 'text' }, 'a', 'a'],
    [{ type: 'text' }, '', ''],
    [{ type: 'text', required: true }, '', '! X is required: give a text.'],
    [{ type: 'text' }, 5, '! X must be a text.'],
    [{ type: 'text', pattern: 'a|ab' }, 'ab', 'ab'],
    [{ type: 'text', pattern: 'a|ab' }, 'abc', '! X must match the pattern a|ab'],
    [{ type: 'text', pattern: 'a' }, '', ''],
    [{ type: 'textarea', max_length: 2 }, '😀😀', '😀😀'],
    [{ type: 'textarea', max_length: 2 }, '😀😀😀', '! X is too long: give at most 2 characters.'],
    [{ type: 'password', min_length: 3 }, 'ab', '! X is too short: give at least 3 characters.'],
    [{ type: 'number', step: 1 }, '3', 3],
    [{ type: 'number', step: 5 }, 2.5, '! X must be a whole number.'],
    [{ type: 'number', step: 1 }, '9007199254740993', numberOfText('9007199254740993')],
    [{ type: 'number', step: 1 }, numberOfText('9007199254740993'), numberOfText('9007199254740993')],
    [{ type: 'number', step: 1 }, numberOfText('2.0'), 2],
    [{ type: 'number', step: 1 }, numberOfText('9007199254740993.5'), '! X must be a whole number.'],
    [{ type: 'number' }, numberOfText('19.90'), numberOfText('19.90')],
    [{ type: 'number', max_value: 20 }, numberOfText('20.10'), '! X is too large: give at most 20.'],
    [{ type: 'number' }, numberOfText('1e400'), '! X must be a number, such as 3 or 2.5.'],
    [{ type: 'number' }, ' 2.5e1 ', 25],
    [{ type: 'number', min_value: 0 }, -1, '! X is too small: give at least 0.'],
    [{ type: 'number', max_value: 1 }, 1.5, '! X is too large: give at most 1.'],
    [{ type: 'number' }, '0x10', '! X must be a number, such as 3 or 2.5.'],
    [{ type: 'number' }, true, '! X must be a number, such as 3 or 2.5.'],
    [{ type: 'number' }, '', undefined],
    [{ type: 'boolean' }, true, 'on'],
    [{ type: 'boolean' }, false, undefined],
    [{ type: 'checkbox' }, true, 'on'],
    [{ type: 'checkbox' }, false, undefined],
    [{ type: 'boolean' }, 'yes', '! X must be true or false.'],
    [{ type: 'select', option: options }, 'Beta', 'b'],
    [{ type: 'select', option: options }, 'b', 'b'],
    [{ type: 'select', option: options }, ['Alpha'], 'a'],
    [{ type: 'select', option: options }, ['a', 'b'], '! X takes one choice: "Alpha", "Beta".'],
    [{ type: 'select', option: options }, 'c', '! X has no such choice: choose "Alpha", "Beta".'],
    [{ type: 'select', option: options }, [], '! X is required: choose "Alpha", "Beta".'],
    [{ type: 'select', option: options }, [1], 'b'],
    [{ type: 'select', option: twins }, [2], 'c'],
    [{ type: 'select', option: options }, [2], '! X has no such choice: choose "Alpha", "Beta".'],
    [{ type: 'select', option: options }, [-1], '! X has no such choice: choose "Alpha", "Beta".'],
    [{ type: 'select', option: options }, [0.5], '! X takes one choice: "Alpha", "Beta".'],
    [{ type: 'select', option: options }, 1, '! X takes one choice: "Alpha", "Beta".'],
    [
      { type: 'select', option: twins },
      'Beta',
      '! Several choices of X are labelled so: choose by name, "a", "b", "c".',
    ],
    [{ type: 'select', option: twins }, 'Alpha', 'a'],
    [{ type: 'select', option: crossed }, 'a', 'b'],
    [{ type: 'select', option: [{ name: '', label: 'None' }] }, '', ''],
    [{ type: 'date' }, '2024-02-29', '2024-02-29'],
    [{ type: 'date' }, '2023-02-29', '! X must be written as YYYY-MM-DD.'],
    [
      { type: 'date', min_date: '2026-01-01', max_date: '2026-12-31' },
      '2027-01-01',
      '! X must be from 2026-01-01 until 2026-12-31.',
    ],
    [{ type: 'time', max_time: '17:00' }, '17:00:00', '17:00:00'],
    [{ type: 'time', max_time: '17:00' }, '17:00:01', '! X must be until 17:00.'],
    [{ type: 'time', min_time: '22:00', max_time: '06:00' }, '23:30', '23:30'],
    [{ type: 'time', min_time: '22:00', max_time: '06:00' }, '12:00', '! X must be from 22:00 until 06:00.'],
    [{ type: 'time' }, '24:00', '! X must be written as HH:MM or HH:MM:SS.'],
    [{ type: 'datetime-local', min_datetime: '2026-01-01 09:00' }, '2026-01-01 09:00', '2026-01-01T09:00'],
    [{ type: 'datetime-local' }, '2026-01-01T09:00Z', '2026-01-01T09:00'],
    [{ type: 'datetime-local' }, '2026-01-01T09:00:00.000Z', '2026-01-01T09:00'],
    [{ type: 'datetime-local' }, '2026-01-01T09:00:05.25+02:00', '2026-01-01T07:00:05.250'],
    [{ type: 'datetime-local' }, '2026-01-01t00:30+0100', '2025-12-31T23:30'],
    [{ type: 'datetime-local' }, '2026-02-30T09:00Z', '! X must be written as YYYY-MM-DDTHH:MM.'],
    [{ type: 'datetime-local' }, '2026-01-01T09:00+25:00', '! X must be written as YYYY-MM-DDTHH:MM.'],
    [{ type: 'date' }, '2026-01-01T23:00:00.000+02:00', '2026-01-01'],
    [{ type: 'date' }, '2026-01-01T09:00', '2026-01-01'],
    [{ type: 'date' }, '2026-01-01Z', '! X must be written as YYYY-MM-DD.'],
    [{ type: 'time' }, '09:00:00Z', '09:00'],
    [{ type: 'time' }, '00:30:05+01:00', '23:30:05'],
    [{ type: 'month' }, '2026-13', '! X must be written as YYYY-MM.'],
    [{ type: 'week' }, '2026-W53', '2026-W53'],
    [{ type: 'email' }, 'a@b.de', 'a@b.de'],
    [{ type: 'email' }, 'a b@c', '! X must be an e-mail address, such as name@example.com.'],
    [{ type: 'url' }, 'http://x.de/y?z', 'http://x.de/y?z'],
    [{ type: 'url' }, 'javascript:alert(1)', '! X must be a URL, such as https://example.com.'],
    [{ type: 'tel' }, '+49 (30) 12-34', '+49 (30) 12-34'],
    [{ type: 'tel', required: true }, 'call me', '! X must be a telephone number.'],
    [{ type: 'range', min: 1, max: 10 }, 11, '! X is too large: give at most 10.'],
    [{ type: 'radio', option: options }, 'Beta', 'b'],
    [{ type: 'select', option: [] }, null, undefined],
    [{ type: 'select', option: [] }, '', undefined],
    [
      { type: 'select', option: [] },
      [0],
      '! X has no such choice: choose nothing (the form offers no choices).',
    ],
    [{ type: 'datetime-local' }, 5, '! X must be written as YYYY-MM-DDTHH:MM.'],
    [{ type: 'text', required: true }, null, '! X is required: give a text.'],
    [{ type: 'text' }, '\ud800', '! This has half of a surrogate pair in it: send valid Unicode text.'],
  ] as [FormElement, Json, Json | undefined][])('%j takes %j as %j', (element, value, expected) => {
    expect(sent(element, value)).toEqual(expected);
  });

  it.each([
    [false, 'https://example.com/a.txt', ['https://example.com/a.txt']],
    [false, ['https://[2001:db8::1]:8443?x'], ['https://[2001:db8::1]:8443?x']],
    [true, ['https://a.example', 'https://b.example/'], ['https://a.example', 'https://b.example/']],
    [false, ['https://a.example', 'https://b.example/'], 'X takes one https URL.'],
    [false, 'http://example.com/', 'X must be one https URL, without user names or spaces.'],
    [false, 'https://user:pass@example.com/', 'X must be one https URL, without user names or spaces.'],
    [true, ['https://'], 'X must be one or more https URLs, without user names or spaces.'],
    [true, [1], 'X must be one or more https URLs, without user names or spaces.'],
    [true, [], 'X is required: give an https URL.'],
    [
      true,
      ['https://a.example', 'https://private/'],
      'X must lead to a public address: local and private ones are not fetched from.',
    ],
  ] as [boolean, Json, string[] | string][])(
    'files (several: %j) take %j as %j',
    (multiple, value, expected) => {
      const checked = check([{ type: 'file', name: 'x', label: 'X', multiple, required: true }], {
        x: value,
      });
      expect(checked.ok ? checked.files : checked.errors).toEqual(
        Array.isArray(expected) ? [{ name: 'x', urls: expected }] : { x: [expected] },
      );
      expect(checked.ok ? checked.values : {}).toEqual({});
    },
  );
});

describe('a form', () => {
  it('leaves out what was omitted, ignores texts between inputs, and names its secrets', () => {
    const form = [
      { type: 'text', name: 'a' },
      { type: 'password', name: 'key' },
      { type: 'markdown', text: 'hi' },
      { type: 'action', name: 'do', value: 'yes', text: 'Approve' },
      { type: 'action', name: 'do', value: 'no', text: 'Reject' },
    ];
    const checked = check(form, { a: null, key: 'k', _info_1: { any: [1] }, do: 'Reject' });
    expect(checked).toEqual({ ok: true, values: { key: 'k', do: 'no' }, files: [], secrets: ['key'] });
  });

  it('refuses ids without a field and names a few of them, and says all that is wrong without repeating the input', () => {
    const checked = check([{ type: 'password', name: 'key', max_length: 3 }], {
      key: 'secret',
      other: 'secret',
    });
    expect(checked).toEqual({
      ok: false,
      errors: {
        key: ['key is too long: give at most 3 characters.'],
        other: ['There is no such field: leave it out. The fields are: key.'],
      },
    });
    const many = check([], Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`${index}x`, 1])));
    expect(!many.ok && Object.keys(many.errors)).toHaveLength(20);
  });

  it('is judged in time that grows no faster than the input', () => {
    const long = `${'1'.repeat(500_000)}x`;
    const form = ['number', 'file', 'date', 'time', 'datetime-local'].map((type) => ({ type, name: type }));
    const start = performance.now();
    const checked = check(form, Object.fromEntries(form.map(({ type }) => [type, long])));
    expect(!checked.ok && Object.keys(checked.errors)).toHaveLength(form.length);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('is not fooled by names that objects inherit', () => {
    const form = ['__proto__', 'constructor'].map((name) => ({ type: 'text', name, required: true }));
    const missing = check(form, {});
    expect(!missing.ok && Object.keys(missing.errors)).toEqual(['__proto__', 'constructor']);
    const given = check(form, JSON.parse('{"__proto__":"a","constructor":"b"}') as JsonObject);
    expect(given.ok && JSON.stringify(given.values)).toBe('{"__proto__":"a","constructor":"b"}');
    const unknown = check([], JSON.parse('{"__proto__":{"polluted":true}}') as JsonObject);
    expect(!unknown.ok && Object.keys(unknown.errors)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('gets a verdict whatever the form and the input are', () => {
    const types = [
      'text',
      'textarea',
      'password',
      'number',
      'date',
      'time',
      'datetime-local',
      'boolean',
      'select',
    ];
    const type = fc.constantFrom(...types, 'action', 'file', 'markdown', 'submit');
    const names = fc.constantFrom('a', 'b', '__proto__', '_info_1');
    const keys = fc.constantFrom(
      'label',
      'value',
      'required',
      'option',
      'min_value',
      'max_date',
      'max_length',
      'text',
    );
    const parts = fc.dictionary(keys, fc.jsonValue() as fc.Arbitrary<Json>);
    const element = fc.tuple(parts, type, names).map(([more, kind, name]) => ({ ...more, type: kind, name }));
    const data = fc.dictionary(names, fc.jsonValue() as fc.Arbitrary<Json>);
    fc.assert(
      fc.property(fc.array(element, { maxLength: 4 }), data, (form, given) => {
        const checked = check(form, given);
        const fields = new Set(toFields(form).map(({ id }) => id));
        const named = checked.ok
          ? [...Object.keys(checked.values), ...checked.files.map(({ name }) => name), ...checked.secrets]
          : [];
        for (const name of named) expect(fields).toContain(name);
        expect(MipInputSchema.safeParse({ input_data: toFields(form) }).success).toBe(true);
      }),
    );
  });
});

describe('a field that is left out, null or blank', () => {
  it.each([
    [{ type: 'text', value: 'formal' }, 'formal'],
    [{ type: 'number', value: '2' }, 2],
    [{ type: 'boolean', value: true }, 'on'],
    [{ type: 'boolean', value: false }, undefined],
    [{ type: 'select', value: 'b', option: options }, 'b'],
    [{ type: 'date', value: '2026-01-01' }, '2026-01-01'],
    [{ type: 'hidden', value: 'token', required: true }, 'token'],
    [{ type: 'password', value: 'of the maker' }, undefined],
    [{ type: 'text' }, undefined],
    [{ type: 'action', value: 'go', text: 'Go' }, undefined],
  ] as [FormElement, Json | undefined][])(
    '%j is sent with the default that was shown',
    (element, expected) => {
      const form = [{ name: 'x', label: 'X', ...element }];
      for (const data of [{}, { x: null }]) {
        const checked = check(form, data);
        expect(checked.ok && checked.values['x']).toBe(expected);
        expect(checked.ok && 'x' in checked.values).toBe(expected !== undefined);
      }
    },
  );

  it('is no default where somebody says something else', () => {
    expect(sent({ type: 'text', value: 'formal' }, '')).toBe('');
    expect(sent({ type: 'boolean', value: true }, false)).toBeUndefined();
    expect(sent({ type: 'number', value: '2' }, '')).toBe(2);
    expect(sent({ type: 'select', value: 'a', option: options }, [])).toBe('a');
    expect(sent({ type: 'select', value: 'gone', option: options }, [])).toBeUndefined();
  });

  it('of a group counts like any other', () => {
    const group = { type: 'group', label: 'Who', elements: [{ type: 'text', name: 'x', required: true }] };
    expect(check([group], {})).toMatchObject({ ok: false, errors: { x: [expect.any(String)] } });
    expect(check([group], { x: 'me' })).toMatchObject({ ok: true, values: { x: 'me' } });
  });
});
