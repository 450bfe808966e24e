import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyAudit } from '../../db/repositories/audit-check.ts';
import { ask, openStack, type ApiStack } from '../api/support/api.ts';

const COMMAND = fileURLToPath(new URL('../../bin/steward.js', import.meta.url));
let stack: ApiStack;
let api: { url: string };
beforeAll(async () => {
  stack = await openStack();
  api = await stack.start({ settings: { auth: 'on' } });
});
afterAll(() => stack.close());

interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** As a person types it, with whatever Node is on the PATH. */
function steward(...args: string[]): Promise<Printed> {
  const env = { ...process.env, DATABASE_URL: stack.url };
  return new Promise((resolve) => {
    const child = execFile(COMMAND, args, { env, timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, stdout, stderr }),
    );
  });
}
const statusWith = async (key: string): Promise<number> =>
  (await ask(api, '/admin/keys', { headers: { authorization: `Bearer ${key}` } })).status;

test('the first admin key is made without any key, works at once, and is revoked at once', async () => {
  const made = await steward('keys', 'create', '--subject', 'ops', '--scopes', 'admin');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const [key = ''] = made.stdout.split('\n');
  const id = key.split('_')[1]!;
  expect(await statusWith(key)).toBe(200);
  const listed = await steward('keys', 'list');
  expect(listed.stdout).toMatch(new RegExp(`${id} +ops +admin +valid +ops`));
  expect(listed.stdout).not.toContain(key);
  expect(await steward('keys', 'revoke', id)).toMatchObject({ code: 0 });
  expect(await statusWith(key)).toBe(401);
  expect((await steward('keys', 'list')).stdout).toContain('revoked');
  const { rows } = await stack.db.pool.query<{ action: string; actor: string; object: string }>(
    'select action, actor, object from audit order by id',
  );
  expect(rows).toEqual([
    { action: 'keys create', actor: 'command line', object: id },
    { action: 'keys revoke', actor: 'command line', object: id },
  ]);
  expect(await verifyAudit(stack.db.pool, 'default')).toMatchObject({ valid: true, lines: 2 });
});

test('what is wrong is said in a sentence, with the exit code of a wrong command line or of a failure', async () => {
  const cases: [string[], RegExp, number][] = [
    [['keys'], /create, list or revoke/, 2],
    [['keys', 'create'], /--subject/, 2],
    [['keys', 'create', '--subject', 'a b'], /--subject: Use 1 to 128 letters/, 2],
    [['keys', 'create', '--subject', 'a', '--scopes', 'root'], /--scopes/, 2],
    [['keys', 'create', '--subject', 'a', '--expires', 'soon'], /--expires/, 2],
    [['keys', 'revoke', 'nobody'], /has no key nobody/, 1],
    [['steal'], /no command "steal"/, 2],
  ];
  const printed = await Promise.all(cases.map(([args]) => steward(...args)));
  for (const [index, { code, stderr }] of printed.entries()) {
    expect(stderr).toMatch(cases[index]![1]);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(cases[index]![2]);
  }
});

test('help lists the commands', async () => {
  const { code, stdout } = await steward('--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/keys +create, list and revoke API keys/);
});
