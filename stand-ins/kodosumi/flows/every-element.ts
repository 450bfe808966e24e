import {
  action,
  checkbox,
  dateInput,
  dateTimeInput,
  filesInput,
  numberInput,
  passwordInput,
  select,
  textArea,
  textInput,
  timeInput,
} from '../elements.ts';
import { show, type StandInFlow } from '../flow.ts';

/** A form with every element that there is. The result is the input. */
export const everyElement: StandInFlow = {
  url: '/-/localhost/8001/elements/-/',
  summary: 'Every element',
  elements: [
    { type: 'markdown', text: '## Every element' },
    { type: 'html', text: '<p>there is</p>' },
    { type: 'errors' },
    textInput('text', { required: true, placeholder: 'abc', pattern: '[a-z]+' }),
    numberInput('number', { min_value: 1, max_value: 10, step: 1 }),
    passwordInput('password', { min_length: 4, max_length: 20 }),
    textArea('textarea', { rows: 3, max_length: 100 }),
    dateInput('date', { min_date: '2020-01-01', max_date: '2040-12-31' }),
    timeInput('time', { min_time: '08:00', max_time: '18:00' }),
    dateTimeInput('datetime', { min_datetime: '2020-01-01T00:00', max_datetime: '2040-12-31T23:59' }),
    checkbox('boolean', { option: 'Yes, please' }),
    select('select', { a: 'Option A', b: 'Option B' }, 'b'),
    filesInput('files', { multiple: true }),
    { type: 'hr', text: '<hr class="medium"/>' },
    { type: 'break', text: '<div class="space"></div>' },
    action('action', 'go', 'Go'),
    { type: 'submit', text: 'Submit' },
    { type: 'cancel', text: 'Cancel' },
  ],
  run: ({ inputs }) => Promise.resolve(show(inputs)),
};
