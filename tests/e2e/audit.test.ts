import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealReceipt } from '../../api/receipts/chain.ts';
import { createReceiptSigner } from '../../api/receipts/key.ts';
import { readHead } from '../../db/repositories/audit-anchors.ts';
import { createSealer } from '../../db/sealing.ts';
import { DATA_KEY, KEY, openTrail, type Trail } from '../support/audit-trail.ts';
import { sampleBodies } from '../support/sample-receipt.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const COMMAND = fileURLToPath(new URL('../../bin/steward.js', import.meta.url));
const folder = temporaryFolder('audit');
const signer = createReceiptSigner(createSealer(DATA_KEY));
const receipt = join(folder, 'receipt.json');
const log = join(folder, 'api.log');
let trail: Trail;

/** Two tenants; the first has twelve lines, an anchor at the eighth and a receipt about the tenth. */
beforeAll(async () => {
  trail = await openTrail();
  await trail.write('default', 8);
  await trail.write('other', 3);
  await trail.anchor();
  await trail.write('default', 2);
  const { line, hash, at } = (await readHead(trail.db.pool, 'default'))!;
  const bodies = { ...sampleBodies(), audit: { head: { line, hash, at: at.toISOString() } } };
  writeFileSync(receipt, JSON.stringify(sealReceipt(bodies, signer)));
  writeFileSync(log, ['Not JSON: "audit_anchor"', ...trail.logged].join('\n'));
  await trail.write('default', 2);
});
afterAll(() => trail.close());

interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command as an operator would, with the settings of an API process. */
function verify(
  args: string[] = [],
  given: NodeJS.ProcessEnv = { STEWARD_DATA_KEY: DATA_KEY },
): Promise<Printed> {
  const { STEWARD_DATA_KEY: _ours, ...rest } = process.env;
  const env = { ...rest, DATABASE_URL: trail.roles.url, ...given };
  return new Promise((resolve) => {
    const child = execFile(
      COMMAND,
      ['audit', 'verify', ...args],
      { env, timeout: 60_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 1, stdout, stderr }),
    );
  });
}

test('a trail that is as it was written holds, against its anchors, receipts and logs', async () => {
  const [, , , , , , , eighth] = await trail.rows('default');
  const [, , third] = await trail.rows('other');
  const { code, stdout, stderr } = await verify(['--receipt', receipt, '--log', log]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    `ok      default  12 lines, 1 anchor, the last of line ${eighth!.id}`,
    `ok      other    3 lines, 1 anchor, the last of line ${third!.id}`,
    'The audit trail holds.',
    '',
  ]);
});

test('without the installation’s key it says that signatures were not checked', async () => {
  expect((await verify([], {})).stdout).toContain('Whose key signed the anchors was not checked');
  expect((await verify(['--public-key', KEY], {})).stdout).not.toContain('not checked');
  const stranger = await verify([], { STEWARD_DATA_KEY: 'the key of another installation' });
  expect(stranger).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/FAILED {2}default {2}line \d+: its anchor of \S+ is not signed by/),
  });
});

test('a receipt that does not hold itself proves nothing about the trail', async () => {
  const changed = join(folder, 'changed.json');
  const bodies = { ...sampleBodies(), audit: { head: null } };
  writeFileSync(changed, JSON.stringify({ ...sealReceipt(bodies, signer), final: false }));
  const { code, stderr } = await verify(['--receipt', changed]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/changed\.json is not to be believed: signature: /);
});

test('a wrong command line is explained in a sentence', async () => {
  const cases: [string[], number, RegExp][] = [
    [['--tenants', 'x'], 2, /--tenants.*Did you mean --tenant\?/],
    [['--receipt', join(folder, 'nowhere.json')], 1, /cannot be read/],
    [['--log', join(folder, 'nowhere.log')], 1, /ENOENT/],
    [['more'], 2, /"more" is not expected/],
  ];
  const printed = await Promise.all(cases.map(([args]) => verify(args)));
  for (const [index, { code, stderr }] of printed.entries()) {
    expect(stderr).toMatch(cases[index]![2]);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(cases[index]![1]);
  }
  const away = await verify([], { DATABASE_URL: 'postgresql://steward@127.0.0.1:1/steward' });
  expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining('does not answer') });
});

test('the first bad line is named, and lines that only a receipt or a log still has are missed', async () => {
  const rows = await trail.rows('default');
  const [fifth, eighth, tenth, twelfth] = [rows[4]!, rows[7]!, rows[9]!, rows[11]!];
  await trail.tamper(`delete from audit where tenant = 'default' and id >= ${tenth.id}`);
  expect((await verify()).code).toBe(0); // no anchor in the database has these lines
  const cut = await verify(['--receipt', receipt, '--json']);
  expect(cut.code).toBe(1);
  expect(JSON.parse(cut.stdout)).toMatchObject({
    valid: false,
    key_trusted: true,
    tenants: [
      { tenant: 'default', lines: 9, problems: [{ line: tenth.id, what: expect.stringContaining(receipt) }] },
      { tenant: 'other', problems: [] },
    ],
  });
  expect(twelfth.id).toBeGreaterThan(tenth.id);

  await trail.tamper(
    `delete from audit where tenant = 'default' and id >= ${eighth.id}`,
    `delete from audit_anchor where tenant = 'default'`,
  );
  expect((await verify()).code).toBe(0);
  expect((await verify(['--log', log])).stdout).toMatch(
    new RegExp(
      `^FAILED {2}default {2}line ${eighth.id}: it is missing: the anchor of \\S+ in \\S+api\\.log has it$`,
      'm',
    ),
  );

  await trail.tamper(`update audit set actor = 'nobody' where id = ${fifth.id}`);
  const changed = await verify(['--tenant', 'default']);
  expect(changed.code).toBe(1);
  expect(changed.stdout).toMatch(new RegExp(`^FAILED {2}default {2}line ${fifth.id}: it was changed`));
  expect(changed.stdout).toContain('The audit trail is not as it was written.');
  expect((await verify(['--tenant', 'other'])).code).toBe(0);
});
