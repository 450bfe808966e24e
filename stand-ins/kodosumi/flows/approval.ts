import { action, textArea, textInput } from '../elements.ts';
import { markdown, type StandInFlow } from '../flow.ts';

/** Asks a person in the middle: the answer to its lock decides what comes out. */
export const approval: StandInFlow = {
  url: '/-/localhost/8001/approval/-/',
  summary: 'Approval',
  description: 'Drafts a message and asks a person before it is final.',
  version: '2.0.0',
  tags: ['human', 'sample'],
  elements: [
    textArea('message', {
      label: 'Message',
      required: true,
      placeholder: 'What shall be said?',
      max_length: 500,
    }),
    { type: 'submit', text: 'Draft' },
  ],
  leases: {
    approve: (inputs) =>
      inputs['decision'] === undefined || inputs['decision'] === null
        ? { errors: { decision: ['Please decide.'] } }
        : { result: inputs },
  },
  async run({ inputs, say, lock }) {
    const draft = `Dear all, ${String(inputs['message'])}`;
    say('result', markdown(draft));
    const form = [
      { type: 'markdown', text: `Send this?\n\n> ${draft}` },
      textInput('comment', { label: 'Comment' }),
      action('decision', 'yes', 'Send'),
      action('decision', 'no', 'Do not send'),
    ];
    const answer = await lock('approve', form, undefined, { draft });
    const { decision, comment } = answer as { decision: string; comment: string | null };
    return markdown(decision === 'yes' ? `${draft}\n\n${comment ?? ''}`.trim() : 'Nothing was sent.');
  },
};
