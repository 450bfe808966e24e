import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const EXACT = 'AGENT_IDENTIFIER_-_localhost_8001_hymn_-_';
const program = `
  import { loadConfig } from ${JSON.stringify(new URL('config.ts', import.meta.url).href)};
  process.stdout.write(JSON.stringify(loadConfig().FLOW_SETTINGS));
`;

/** The settings of flows that a program sees which npm's shell starts. */
function seen(env: Record<string, string>): unknown {
  const { PATH = '' } = process.env;
  const command = `"$NODE" --input-type=module -e "$PROGRAM"; true`; // not its last command: the shell stays the parent
  const { stdout, stderr } = spawnSync('sh', ['-c', command], {
    env: { PATH, NODE: process.execPath, PROGRAM: program, ...env },
    encoding: 'utf8',
  });
  return stdout === '' ? stderr : JSON.parse(stdout);
}

test.skipIf(process.platform !== 'linux')(
  'settings that npm’s shell drops for their names are found (Linux only)',
  () => {
    const given = { [EXACT]: 'an agent', 'PRICE_a~b': '1 lovelace', AGENT_IDENTIFIER_plain: 'another' };
    expect(seen({ npm_lifecycle_event: 'start', ...given })).toEqual(given);
    expect(seen({ npm_lifecycle_event: 'start', AGENT_IDENTIFIER_plain: 'another' })).toEqual({
      AGENT_IDENTIFIER_plain: 'another',
    });
  },
);
