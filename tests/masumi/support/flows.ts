import { markdown, type StandInFlow } from '../../../stand-ins/kodosumi/flow.ts';

/** Its app raises where Kodosumi asks it: at a launch with the word "raise", and at an answer that is no number. */
export const raising = (): { flow: StandInFlow; key: string; launches(): number } => {
  let launches = 0;
  const raise = (): never => {
    throw new Error('a bug of the flow');
  };
  return {
    key: '-_localhost_8001_raising_-_',
    launches: () => launches,
    flow: {
      url: '/-/localhost/8001/raising/-/',
      summary: 'raising',
      elements: [{ type: 'text', name: 'word', label: 'Word', value: null, required: false }],
      validate(inputs) {
        launches++;
        return inputs['word'] === 'raise' ? raise() : undefined;
      },
      leases: { count: (inputs) => (inputs['count'] === '4' ? { result: inputs } : raise()) },
      async run({ inputs, lock }) {
        if (inputs['word'] !== 'ask') return markdown('x'.repeat(Number(inputs['word'])));
        const answer = await lock('count', [
          { type: 'text', name: 'count', label: 'Count', value: null, required: false },
        ]);
        return markdown(JSON.stringify(answer));
      },
    },
  };
};

/** Works until the test lets it go; what it was launched with decides nothing. */
export interface HeldFlow {
  flow: StandInFlow;
  key: string;
  letGo(): void;
}

export function heldFlow(name: string): HeldFlow {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((settle) => (open = settle));
  return {
    key: `-_localhost_8001_${name}_-_`,
    letGo: () => open(),
    flow: {
      url: `/-/localhost/8001/${name}/-/`,
      summary: name,
      description: 'Waits for the test.',
      tags: [],
      elements: [{ type: 'text', name: 'topic', label: 'Topic', value: null, required: false }],
      async run({ say, signal }) {
        say('action', 'waiting');
        await Promise.race([gate, new Promise((settle) => signal.addEventListener('abort', settle))]);
        return markdown('done at last');
      },
    },
  };
}
