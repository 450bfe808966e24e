import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FormElement } from '../ports/kodosumi.ts';
import { checkInputs } from './check-inputs.ts';
import { demoInput } from './demo.ts';

const tools = { matches: (pattern: string, text: string) => new RegExp(`^(?:${pattern})$`, 'v').test(text) };

describe('the demo of a form', () => {
  it('takes defaults, placeholders and first choices, and makes up what is required', () => {
    const form = [
      { type: 'text', name: 'default', value: 'v', placeholder: 'p' },
      { type: 'text', name: 'placeholder', placeholder: 'p' },
      { type: 'text', name: 'pattern', value: 'no', placeholder: '123', pattern: '\\d+' },
      { type: 'text', name: 'optional' },
      { type: 'text', name: 'required', required: true },
      { type: 'password', name: 'password', value: 'secret', required: true, min_length: 10 },
      { type: 'number', name: 'number', required: true, min_value: 2.5, step: 1, placeholder: 'e.g. 5' },
      { type: 'boolean', name: 'boolean', value: false },
      { type: 'select', name: 'select', option: [{ name: 'a', label: 'A' }] },
      { type: 'action', name: 'action', value: 'go', text: 'Go' },
      { type: 'date', name: 'date', required: true, max_date: '2020-02-02' },
      { type: 'file', name: 'file', required: true },
      { type: 'text', name: 'impossible', required: true, min_length: 1e15 },
    ];
    expect(demoInput(form, { ...tools, mayFetch: () => true })).toEqual({
      default: 'v',
      placeholder: 'p',
      pattern: '123',
      required: 'example',
      password: 'example ex',
      number: 3,
      boolean: false,
      select: 'A',
      action: 'Go',
      date: '2020-02-02',
      file: 'https://example.com/',
    });
  });

  it('has a text that matches a required pattern, if one can be made', () => {
    const form = [{ type: 'text', name: 'code', required: true, pattern: '[A-Z]{3}', max_length: 3 }];
    const exampleOf = () => ['A-B', 'ABCD', 'ABC'];
    expect(demoInput(form, { ...tools, mayFetch: () => true }, exampleOf)).toEqual({ code: 'ABC' });
  });

  it('is valid input whenever valid input exists', () => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 8 }), (form) => {
        const checked = checkInputs(form, demoInput(form), { matches: () => true, mayFetch: () => true });
        expect(checked).toMatchObject({ ok: true });
      }),
      { numRuns: 500 },
    );
  });
});

const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '_info_1', 'a'),
  fc.string({ minLength: 1 }),
);
const text = fc.option(fc.string());
const pair = <T>(low: string, high: string, values: fc.Arbitrary<T>, order: (a: T, b: T) => number) =>
  fc.tuple(values, values).map((both) => {
    const [least, most] = both.toSorted(order);
    return { [low]: least, [high]: most };
  });
const base = { name, label: text, value: text, placeholder: text, required: fc.boolean() };
const typed = (type: string, more: fc.Arbitrary<object> = fc.constant({})): fc.Arbitrary<FormElement> =>
  fc.tuple(fc.record(base), more).map(([common, own]) => ({ ...common, ...own, type }));
const lengths = pair('min_length', 'max_length', fc.option(fc.nat(40), { nil: 0 }), (a, b) => a - b).map(
  ({ min_length, max_length }) => ({ min_length, max_length: max_length || null }),
);
const iso = fc
  .date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const byText = (a: string, b: string): number => (a < b ? -1 : 1);
const choice = fc.record({ name: fc.string(), label: text });
const element: fc.Arbitrary<FormElement> = fc.oneof(
  typed('text'),
  typed('textarea', lengths),
  typed('password', lengths),
  typed(
    'number',
    fc
      .tuple(
        pair('min_value', 'max_value', fc.integer(), (a, b) => a - b),
        fc.constantFrom(null, 1, 0.5),
      )
      .map(([range, step]) => ({ ...range, step })),
  ),
  typed(
    'date',
    pair(
      'min_date',
      'max_date',
      iso.map((at) => at.slice(0, 10)),
      byText,
    ),
  ),
  typed(
    'time',
    fc.record({
      min_time: fc.constantFrom('08:00', '22:00:30'),
      max_time: fc.constantFrom('06:00', '23:00'),
    }),
  ),
  typed(
    'datetime-local',
    pair(
      'min_datetime',
      'max_datetime',
      iso.map((at) => at.slice(0, 16)),
      byText,
    ),
  ),
  typed('boolean'),
  typed('select', fc.record({ option: fc.array(choice, { maxLength: 4 }) })),
  typed('email'),
  typed('url'),
  typed('tel'),
  typed('range'),
  typed('month'),
  typed('week'),
  typed('hidden'),
  typed('action', fc.record({ text })),
  typed('file', fc.record({ multiple: fc.boolean() })),
  fc.constant({ type: 'markdown', text: 'x' }),
);
