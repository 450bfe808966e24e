import { show, type StandInFlow } from '../flow.ts';

const named = (type: string, name: string, rest: object = {}) => ({
  type,
  name,
  label: name,
  value: null,
  required: false,
  ...rest,
});

/** Every element a form can have; what comes out is what came in. */
export const everyElement: StandInFlow = {
  url: '/-/localhost/8001/elements/-/',
  summary: 'Every element',
  elements: [
    { type: 'markdown', text: '## Every element' },
    { type: 'html', text: '<p>there is</p>' },
    { type: 'errors' },
    named('text', 'text', { required: true, placeholder: 'abc', size: null, pattern: '[a-z]+' }),
    named('number', 'number', {
      placeholder: null,
      size: null,
      pattern: null,
      min_value: 1,
      max_value: 10,
      step: 1,
    }),
    named('password', 'password', {
      placeholder: null,
      size: null,
      pattern: null,
      min_length: 4,
      max_length: 20,
    }),
    named('textarea', 'textarea', { placeholder: null, rows: 3, cols: null, max_length: 100 }),
    named('date', 'date', { placeholder: null, min_date: '2020-01-01', max_date: '2040-12-31' }),
    named('time', 'time', { placeholder: null, min_time: '08:00', max_time: '18:00', step: null }),
    named('datetime-local', 'datetime', {
      placeholder: null,
      min_datetime: '2020-01-01T00:00',
      max_datetime: '2040-12-31T23:59',
      step: null,
    }),
    { type: 'boolean', name: 'boolean', label: 'boolean', value: false, option: 'Yes, please' },
    {
      type: 'select',
      name: 'select',
      label: 'select',
      value: 'b',
      option: [
        { type: 'option', name: 'a', label: 'Option A', value: false },
        { type: 'option', name: 'b', label: 'Option B', value: true },
      ],
      error: null,
    },
    named('file', 'files', { multiple: true, directory: false }),
    { type: 'hr', text: '<hr class="medium"/>' },
    { type: 'break', text: '<div class="space"></div>' },
    { type: 'action', name: 'action', value: 'go', text: 'Go' },
    { type: 'submit', text: 'Submit' },
    { type: 'cancel', text: 'Cancel' },
  ],
  run: ({ inputs }) => Promise.resolve(show(inputs)),
};
