import { expect, test } from 'vitest';
import type { MipField } from '../../schemas/families/masumi/fields.ts';
import { formRows, formTexts, typedValue, usualAnswers } from './form.ts';

const optional = { validation: 'optional', value: 'true' } as const;
const fields: MipField[] = [
  { id: '_info_1', type: 'none', name: '_info_1', data: { description: 'Send this?\nReally?' } },
  { id: 'comment', type: 'string', name: 'Comment', validations: [optional] },
  {
    id: 'decision',
    type: 'option',
    name: 'decision',
    data: { values: ['Send', 'Stop'] },
    validations: [optional],
  },
  { id: 'copies', type: 'number', name: 'Copies', validations: [{ validation: 'min', value: '2' }] },
  { id: 'loud', type: 'boolean', name: 'Loud', validations: [optional] },
  { id: 'title', type: 'string', name: 'Title', data: { placeholder: 'A title' } },
  { id: 'note', type: 'string', name: 'Note', data: { default: 'none' }, validations: [optional] },
];

test('the usual answers are defaults and first choices, and optional texts are left out', () => {
  expect(usualAnswers(fields)).toEqual({ decision: 'Send', copies: 2, title: 'A title', note: 'none' });
});

test('a form is shown with its texts and with what each field takes', () => {
  expect(formTexts(fields)).toEqual(['Send this?', 'Really?']);
  expect(formRows(fields).slice(1, 4)).toEqual([
    ['comment', 'string', 'optional', '', 'Comment'],
    ['decision', 'option', 'optional', 'Send | Stop', ''],
    ['copies', 'number', 'required', 'min 2', 'Copies'],
  ]);
});

test.each([
  ['string', ' autumn ', 'autumn'],
  ['string', '   ', undefined],
  ['number', '3', 3],
  ['number', 'three', 'three'],
  ['boolean', 'yes', true],
  ['boolean', 'no', false],
] as const)('%s: typed %j is %j', (type, text, value) => {
  expect(typedValue({ id: 'x', type, name: 'x' }, text)).toBe(value);
});
