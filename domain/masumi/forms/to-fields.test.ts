import { describe, expect, it } from 'vitest';
import { MipInputSchema } from '../../../schemas/families/masumi/fields.ts';
import type { FormElement } from '../ports/kodosumi.ts';
import { toFields } from './to-fields.ts';

const OPTIONAL = { validation: 'optional', value: 'true' };
const one = (element: FormElement) => toFields([{ name: 'x', label: 'X', ...element }])[0];
const option = (name: string, label: string | null) => ({ type: 'option', name, label, value: false });

describe('fields of a form', () => {
  it.each([
    [
      { type: 'text', required: true, placeholder: 'p', value: null, size: 3, pattern: '[a-z]' },
      {
        type: 'string',
        data: { description: 'Must match the pattern [a-z]', placeholder: 'p' },
        validations: [format('nonempty'), min('1')],
      },
    ],
    [
      { type: 'text', required: false, value: 'v', placeholder: '' },
      { type: 'string', data: { default: 'v' }, validations: [OPTIONAL] },
    ],
    [
      { type: 'textarea', required: true, max_length: 9 },
      { type: 'textarea', validations: [max('9'), format('nonempty'), min('1')] },
    ],
    [
      { type: 'password', required: true, value: 'secret', placeholder: '••', min_length: 8, max_length: 64 },
      { type: 'password', data: { placeholder: '••' }, validations: [min('8'), max('64')] },
    ],
    [
      { type: 'number', required: true, value: '5', min_value: 0, max_value: 10.5, step: 1 },
      { type: 'number', data: { default: 5 }, validations: [min('0'), max('10.5'), format('integer')] },
    ],
    [
      { type: 'number', required: false, step: 0.5 },
      { type: 'number', data: { description: 'In steps of 0.5' }, validations: [OPTIONAL] },
    ],
    [
      { type: 'email', required: true },
      { type: 'email', validations: [format('email')] },
    ],
    [{ type: 'tel' }, { type: 'tel', validations: [format('tel-pattern'), OPTIONAL] }],
    [
      { type: 'hidden', required: true, value: 'h' },
      { type: 'hidden', data: { value: 'h' }, validations: [OPTIONAL] },
    ],
    [
      { type: 'range', required: true, min: 1, max: 9, step: 2, value: 3 },
      {
        type: 'range',
        data: { description: 'In steps of 2', default: 3, step: '2' },
        validations: [min('1'), max('9'), format('integer')],
      },
    ],
    [
      { type: 'radio', option: [option('a', 'A')] },
      { type: 'radio', data: { values: ['A'] }, validations: [min('1'), max('1')] },
    ],
    [
      { type: 'boolean', value: true, option: 'I agree' },
      { type: 'boolean', data: { description: 'I agree', default: true }, validations: [OPTIONAL] },
    ],
    [
      { type: 'checkbox', value: false, option: 'I agree' },
      { type: 'boolean', data: { description: 'I agree', default: false }, validations: [OPTIONAL] },
    ],
    [
      { type: 'boolean', value: false, option: 'on' },
      { type: 'boolean', data: { default: false }, validations: [OPTIONAL] },
    ],
    [
      { type: 'date', required: true, min_date: '2026-01-01', max_date: 'never', value: '2026-02-01' },
      { type: 'date', data: { default: '2026-02-01' }, validations: [min('2026-01-01')] },
    ],
    [
      { type: 'time', required: true, min_time: '09:00', max_time: '17:00' },
      { type: 'time', validations: [min('09:00'), max('17:00')] },
    ],
    [
      { type: 'datetime-local', required: false, min_datetime: '2026-01-01 09:00' },
      { type: 'datetime-local', validations: [min('2026-01-01T09:00'), OPTIONAL] },
    ],
    [
      { type: 'file', required: true, multiple: false },
      { type: 'file', data: { outputFormat: 'url' }, validations: [min('1'), max('1')] },
    ],
    [
      { type: 'file', required: false, multiple: true },
      { type: 'file', data: { outputFormat: 'url' }, validations: [min('1'), OPTIONAL] },
    ],
    [
      { type: 'select', value: null, option: [option('a', 'A'), option('b', 'B')] },
      { type: 'option', data: { values: ['A', 'B'] }, validations: [min('1'), max('1')] },
    ],
    [
      { type: 'select', value: 'b', option: [option('a', 'A'), option('b', 'A')] },
      {
        type: 'option',
        data: { default: 'b', values: ['a', 'b'] },
        validations: [min('1'), max('1'), OPTIONAL],
      },
    ],
    [
      { type: 'select', option: [option('a', null), option('b', 'B')] },
      { type: 'option', data: { values: ['a', 'b'] }, validations: [min('1'), max('1')] },
    ],
  ] as [FormElement, object][])('%j', (element, expected) => {
    expect(one(element)).toEqual({ id: 'x', name: 'X', ...expected });
  });

  it('group buttons by name, keep texts, and drop elements that nobody fills in', () => {
    const fields = toFields([
      { type: 'markdown', text: '# Hello' },
      { type: 'hr', text: '<hr/>' },
      { type: 'action', name: 'do', value: 'yes', text: 'Approve' },
      { type: 'html', text: '<b>or</b>' },
      { type: 'action', name: 'do', value: 'no', text: 'Reject' },
      { type: 'text', name: '_info_2', label: null },
      ...['submit', 'cancel', 'errors', 'break', 'option', 'unheard-of'].map((type) => ({ type, text: 'x' })),
      { type: 'text', name: null },
      { type: 'number', name: '_info_2' },
      {},
    ]);
    expect(fields).toEqual([
      {
        id: '_info_1',
        type: 'none',
        name: '_info_1',
        data: { description: '# Hello' },
        validations: [OPTIONAL],
      },
      {
        id: 'do',
        type: 'option',
        name: 'do',
        data: { values: ['Approve', 'Reject'] },
        validations: [max('1'), OPTIONAL],
      },
      {
        id: '_info_3',
        type: 'none',
        name: '_info_3',
        data: { description: '<b>or</b>' },
        validations: [OPTIONAL],
      },
      { id: '_info_2', type: 'string', name: '_info_2', validations: [OPTIONAL] },
    ]);
    expect(MipInputSchema.parse({ input_data: fields })).toEqual({ input_data: fields });
  });

  it('leave out a choice of nothing, and show a group as what is in it', () => {
    const fields = toFields([
      { type: 'select', name: 'empty', option: [] },
      {
        type: 'group',
        label: 'Who',
        elements: [
          { type: 'text', name: 'a' },
          { type: 'group', elements: [] },
        ],
      },
      { type: 'number', name: 'b' },
    ]);
    expect(fields.map(({ id, data }) => [id, data?.description])).toEqual([
      ['_info_1', 'Who'],
      ['a', undefined],
      ['b', undefined],
    ]);
  });
});

function min(value: string) {
  return { validation: 'min', value };
}
function max(value: string) {
  return { validation: 'max', value };
}
function format(value: string) {
  return { validation: 'format', value };
}
