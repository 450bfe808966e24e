import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMMANDS, HOUSE_COMMANDS } from '../../scripts/steward-commands.ts';

const COMMAND = fileURLToPath(new URL('../../bin/steward.js', import.meta.url));
const NAMES = [...Object.keys(COMMANDS), ...Object.keys(HOUSE_COMMANDS)];

interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

const steward = (...args: string[]): Promise<Printed> =>
  new Promise((resolve) => {
    const child = execFile(COMMAND, args, { timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

test('steward --help lists every command', async () => {
  const { code, stdout } = await steward('--help');
  expect(code).toBe(0);
  for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
});

test('a command explains itself with examples, over help as well', async () => {
  const { code, stdout } = await steward('keygen', '--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: steward keygen \[options\]\n\nMakes a new escrow account/);
  expect(stdout).toMatch(/^ {2}--deployment +\w/m);
  expect(stdout).toMatch(/^Examples:\n {2}steward keygen\n/m);
  expect((await steward('help', 'keygen')).stdout).toBe(stdout);
});

test.each([
  [
    ['keygen', '--deploymnt'],
    2,
    /^Unknown option '--deploymnt'\. Did you mean --deployment\? "steward keygen --help"/,
  ],
  [['api', '--port', '1'], 2, /^Unknown option '--port'\. "steward api --help"/],
  [['--quiet'], 2, /^There is no option --quiet in front of a command\. "steward --help"/],
  [['kyes', 'list'], 2, /^There is no command "kyes"\. Did you mean keys\? "steward --help" lists/],
])('steward %j ends with %i and says what to do', async (args, expected, says) => {
  const { code, stdout, stderr } = await steward(...args);
  expect([code, stdout]).toEqual([expected, '']);
  expect(stderr).toMatch(says);
});
