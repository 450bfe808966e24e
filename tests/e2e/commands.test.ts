import { expect, test } from 'vitest';
import { COMMANDS, HOUSE_COMMANDS } from '../../scripts/steward-commands.ts';
import { steward } from './support/steward.ts';

const NAMES = [...Object.keys(COMMANDS), ...Object.keys(HOUSE_COMMANDS)];

test('steward --help lists every command', async () => {
  const { code, stdout } = await steward(['--help']);
  expect(code).toBe(0);
  for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
});

test('a command explains itself with examples, over help as well', async () => {
  const { code, stdout } = await steward(['keygen', '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: steward keygen \[options\]\n\nMakes a new escrow account/);
  expect(stdout).toMatch(/^ {2}--deployment +\w/m);
  expect(stdout).toMatch(/^Examples:\n {2}steward keygen\n/m);
  expect((await steward(['help', 'keygen'])).stdout).toBe(stdout);
});

test.each([
  [
    ['keygen', '--deploymnt'],
    2,
    /^Unknown option '--deploymnt'\. Did you mean --deployment\? "steward keygen --help"/,
  ],
  [['api', '--port', '1'], 2, /^Unknown option '--port'\. "steward api --help"/],
  [['--quiet'], 2, /^There is no option --quiet in front of a command\. "steward --help"/],
  [['task', 'Get the price of SOL', '--yes'], 2, /^--yes approves without asking, so it needs --max-cost/],
  [['task', 'Get the price of SOL', '--url', 'http://127.0.0.1:9'], 2, /^Whose task\? Name the user/],
  [['kyes', 'list'], 2, /^There is no command "kyes"\. Did you mean keys\? "steward --help" lists/],
])('steward %j ends with %i and says what to do', async (args, expected, says) => {
  const { code, stdout, stderr } = await steward(args);
  expect([code, stdout]).toEqual([expected, '']);
  expect(stderr).toMatch(says);
});
