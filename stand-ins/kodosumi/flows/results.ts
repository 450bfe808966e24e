import { numberOfText } from '../../../domain/exact-json.ts';
import { textInput } from '../elements.ts';
import { html, markdown, show, type Shown, type StandInFlow } from '../flow.ts';

const RESULTS: { [kind: string]: Shown } = {
  markdown: markdown('# Done\n\n*well*'),
  html: html('<p>done</p>'),
  text: { Text: { body: 'done' } },
  crew: { CrewOutput: { raw: 'the crew is done', tasks_output: [] } },
  str: show('done'),
  int: show(42),
  float: show(1.5),
  bool: show(true),
  none: show(null),
  dict: show({ b: [1, 'two'], a: null }),
  list: show([1, 'two', { three: 3 }]),
  empty: markdown(''),
  nul: { Text: { body: 'a\0b' } },
  half: { Markdown: { body: 'half \ud800 of a pair' } },
  digits: { dict: { id: numberOfText('12345678901234567890'), price: numberOfText('19.90') } },
};

/** Ends with a result of the class that the input names. */
export const results: StandInFlow = {
  url: '/-/localhost/8001/results/-/',
  summary: 'Results',
  elements: [textInput('kind', { required: true })],
  run: ({ inputs }) => Promise.resolve(RESULTS[String(inputs['kind'])] ?? show(null)),
};
