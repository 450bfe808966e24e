import { textInput } from '../elements.ts';
import { markdown, type StandInFlow } from '../flow.ts';

/** Text in, Markdown out, after a moment of work. */
export const hymn: StandInFlow = {
  url: '/-/localhost/8001/hymn/-/',
  summary: 'Hymn',
  description: 'Writes a short hymn about a topic.',
  author: 'steward@example.com',
  organization: 'Steward',
  version: '1.0.1',
  tags: ['text', 'sample'],
  elements: [
    { type: 'markdown', text: '# Hymn\nWhat shall it be about?' },
    textInput('topic', { label: 'Topic', required: true, placeholder: 'durable work' }),
    { type: 'submit', text: 'Write' },
    { type: 'cancel', text: 'Cancel' },
  ],
  validate: ({ topic }) =>
    typeof topic === 'string' && topic.trim() !== '' ? undefined : { topic: ['Please give a topic.'] },
  async run({ inputs, say, sleep }) {
    const topic = String(inputs['topic']);
    say('result', markdown(`Thinking about ${topic}.`));
    await sleep(100);
    return markdown(`# Hymn to ${topic}\n\nO ${topic}, steady and true,\nwhat was begun you carry through.`);
  },
};
