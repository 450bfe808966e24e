import { markdown, type StandInFlow } from '../../../stand-ins/kodosumi/flow.ts';

export const VAULT = '-_localhost_8001_vault_-_';

const field = (type: string, name: string, required: boolean) => ({
  type,
  name,
  label: name,
  value: null,
  required,
});

/** The form of the vault's lock; Kodosumi drops passwords from it, so a test puts it back. */
export const CODE_FIELD = field('password', 'code', true);

/** Takes a secret at the beginning and one in the middle, and tells only how long they were. */
export const vault: StandInFlow = {
  url: '/-/localhost/8001/vault/-/',
  summary: 'Vault',
  elements: [field('text', 'owner', true), field('password', 'pin', true)],
  leases: {
    unlock: ({ code }) =>
      String(code).length < 8
        ? { errors: { code: ['The code is too short.'] } }
        : { result: { code: code! } },
  },
  async run({ inputs, say, lock, sleep }) {
    say('stdout', 'about to ask for the code');
    const { code } = (await lock('unlock', [field('text', 'note', false), CODE_FIELD])) as { code: string };
    await sleep(300);
    return markdown(`${String(inputs['owner'])}: ${String(inputs['pin']).length}, ${code.length}`);
  },
};
