import { describe, expect, test } from 'vitest';
import { numberOfText } from '../exact-json.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { FormField } from '../../schemas/core/question.ts';
import { checkForm } from './check-form.ts';

const FORM: FormField[] = [
  { id: 'name', type: 'text', label: 'Name', min: 2, max: 5 },
  { id: 'age', type: 'number', label: 'Age', required: false, min: 0, max: 150 },
  { id: 'sure', type: 'boolean', label: 'Sure', required: false },
  { id: 'shade', type: 'choice', label: 'Shade', choices: ['light', 'dark'], required: false },
];
const errorsOf = (data: JsonObject) => {
  const checked = checkForm(FORM, data);
  return checked.ok ? {} : checked.errors;
};

describe('an answer to a form', () => {
  test('comes in the form’s order, whatever order it was sent in', () => {
    const checked = checkForm(FORM, { shade: 'dark', sure: false, age: 0, name: 'Ada' });
    expect(checked).toEqual({ ok: true, values: { name: 'Ada', age: 0, sure: false, shade: 'dark' } });
    expect(JSON.stringify(checked)).toContain('{"name":"Ada","age":0,"sure":false,"shade":"dark"}');
  });

  test('may leave out what is not required: null and an empty text are nothing', () => {
    expect(checkForm(FORM, { name: 'Ada', age: null, shade: '' })).toEqual({
      ok: true,
      values: { name: 'Ada' },
    });
  });

  test.each<[string, JsonObject, string, string]>([
    ['a required field that is missing', {}, 'name', 'Name is required: give a valid text.'],
    ['a field that there is not', { name: 'Ada', x: 1 }, 'x', 'There is no such field: leave it out.'],
    ['a text that is a number', { name: 12 }, 'name', 'Name must be a valid text.'],
    ['a text that is too short', { name: 'A' }, 'name', 'Name must be at least 2 characters.'],
    ['a text that is too long', { name: 'Adelheid' }, 'name', 'Name must be at most 5 characters.'],
    ['a text that no database stores', { name: 'A\0a' }, 'name', 'Name must be a valid text.'],
    ['a number that is a text', { name: 'Ada', age: '7' }, 'age', 'Age must be a number.'],
    ['a number out of bounds', { name: 'Ada', age: 151 }, 'age', 'Age must be at most 150.'],
    ['a box that is no boolean', { name: 'Ada', sure: 'yes' }, 'sure', 'Sure must be true or false.'],
    [
      'a choice that there is not',
      { name: 'Ada', shade: 'red' },
      'shade',
      'Shade must be one of "light", "dark".',
    ],
  ])('is refused for %s', (_what, data, field, message) => {
    expect(errorsOf(data)[field]?.[0]).toContain(message);
  });

  test('is told of every wrong field at once, and never what was given', () => {
    const errors = errorsOf({ name: 'secret-secret', age: 'secret' });
    expect(Object.keys(errors)).toEqual(['name', 'age']);
    expect(JSON.stringify(errors)).not.toContain('secret');
  });

  test('keeps the digits of a number, and holds it to its bounds', () => {
    const checked = checkForm(FORM, { name: 'Ada', age: numberOfText('36.50') });
    expect(JSON.stringify(checked)).toBe('{"ok":true,"values":{"name":"Ada","age":36.50}}');
    expect(errorsOf({ name: 'Ada', age: numberOfText('150.0000000000000001e1') })).toHaveProperty('age');
    expect(errorsOf({ name: 'Ada', age: numberOfText('1e400') })).toHaveProperty('age');
  });

  test('counts a text in characters, not in code units', () => {
    expect(checkForm(FORM, { name: '🙂🙂🙂🙂🙂' }).ok).toBe(true);
  });

  test('may not name a field after what every object has', () => {
    expect(errorsOf(JSON.parse('{"name":"Ada","__proto__":1,"constructor":1}') as JsonObject)).toHaveProperty(
      'constructor',
    );
  });
});
