import { markdown, type StandInFlow } from '../../../stand-ins/kodosumi/flow.ts';

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
