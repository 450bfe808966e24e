import { filesInput, numberInput, textInput } from '../elements.ts';
import { FlowFailure, html, markdown, type FlowContext, type Shown, type StandInFlow } from '../flow.ts';

/** Fails: with Kodosumi's own error where `how` is `known`, else with another error. */
export const failing: StandInFlow = {
  url: '/-/localhost/8001/failing/-/',
  summary: 'Failing',
  elements: [textInput('how')],
  run({ inputs, say }) {
    say('stderr', 'about to fail');
    if (inputs['how'] === 'known') throw new FlowFailure('the model is not available');
    throw Object.assign(new Error('no luck today'), { name: 'ValueError' });
  },
};

/** Works for `seconds` (a number, also with a fraction) and tells how far it is. */
export const longRun: StandInFlow = {
  url: '/-/localhost/8001/long/-/',
  summary: 'Long run',
  elements: [numberInput('seconds')],
  async run({ inputs, say, sleep }) {
    const steps = 10;
    const ms = (Number(inputs['seconds']) * 1000) / steps;
    for (let step = 1; step <= steps; step++) {
      await sleep(ms);
      say('action', { Text: { body: `step ${step}\nof ${steps}` } });
    }
    return html('<p>done</p>');
  },
};

/** Says of each file its name and size. */
export const fileReader: StandInFlow = {
  url: '/-/localhost/8001/files/-/',
  summary: 'File reader',
  elements: [filesInput('files', { required: true, multiple: true })],
  run: ({ files }) => Promise.resolve(listed(files)),
};

/** The same with two fields of files, a little after its launch. */
export const twoFiles: StandInFlow = {
  url: '/-/localhost/8001/twofiles/-/',
  summary: 'Two files',
  elements: [filesInput('contract'), filesInput('annex')],
  run: async ({ files, sleep }) => {
    await sleep(500);
    return listed(files);
  },
};

const listed = (files: FlowContext['files']): Shown =>
  markdown(
    files
      .map(({ filename, bytes }) => `${filename}: ${bytes.length}`)
      .toSorted()
      .join('\n'),
  );

/** Refuses every launch, with messages on a field and on the whole. */
export const picky: StandInFlow = {
  url: '/-/localhost/8001/picky/-/',
  summary: 'Picky',
  elements: [{ type: 'errors' }, textInput('word')],
  validate: () => ({ word: ['not this one'], _global_: ['nothing is good enough'] }),
  run: () => Promise.resolve(markdown('never')),
};
