import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import bs58 from 'bs58';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { withClient } from '../support/database-admin.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../workflows/support/run.ts';
import { npm, type Running } from './support/npm.ts';
import { steward } from './support/steward.ts';
import { descendantsOf, stillThere } from './support/process-tree.ts';

const folder = temporaryFolder('e2e');
const data = join(folder, 'data');
const running: Running[] = [];

/** What a test leaves running is ended with it, by its own process ids. */
function begin(...command: Parameters<typeof npm>): Running {
  const started = npm(...command);
  running.push(started);
  return started;
}
afterAll(() => {
  for (const { started } of running)
    for (const { pid } of stillThere([...started.values()])) process.kill(pid, 'SIGKILL');
});

const nothingLeft = (run: Running): Promise<void> =>
  until(
    () => stillThere([...run.started.values()]).length === 0,
    `nothing is left of:\n${[...run.started.values()].map(({ command }) => command).join('\n')}`,
  );

const parentOf = (run: Running): number =>
  descendantsOf(run.pid).find(({ command }) => /^\S*node embedded\/main\.ts/.test(command))!.pid;

async function get<T>(url: string, path: string): Promise<T> {
  const answer = await fetch(url + path);
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as T;
}

interface Workflows {
  workflows: { id: string; status: string; totalCost: number }[];
}

/** Every coin is where the ledger says, and every payment where its chain says. */
async function expectBooksAgree(url: string): Promise<void> {
  const answer = await fetch(`${url}/ledger/reconciliation`, { method: 'POST' });
  const { accounts, findings } = (await answer.json()) as Books;
  expect(findings).toEqual([]);
  expect(accounts.map(({ drift }) => drift)).toEqual(['0', '0', '0', '0']); // SOL, USDC on both chains, MNEE
}

interface Books {
  accounts: { drift: string }[];
  findings: unknown[];
}

interface Balance {
  balances: { USDC: { available: number; reserved: number; spent: number } };
}

describe('npm run demo, and npm start on the same data', () => {
  let shown: { ids: string[]; balance: string; signature: string };
  let started: Running;
  let printed = '';

  test('the demo buys two things for real, sells two agents, shows what that took and exits with 0', async () => {
    const demo = begin('demo', ['--once', '--any-ports', '--data', data]);
    const code = await demo.exited;
    const text = demo.said();
    printed = text;
    expect(code, text).toBe(0);
    for (const name of [
      'API',
      'API documentation',
      'Temporal Web UI',
      'PostgreSQL',
      'Sample services',
      'EVM chain',
      'Solana chain',
      'Kodosumi',
      'Masumi payments',
      'Image generator',
      'Price oracle',
      'Batch computer',
      'Log archive',
    ])
      expect(text).toMatch(new RegExp(`^  ${name} +\\S+://`, 'm'));
    expect(text.match(/^ +total +\d+(\.\d+)? USDC$/gm)).toHaveLength(2);
    expect(text).toMatch(/transaction +says the chain/);
    expect(text.match(/[1-9A-HJ-NP-Za-km-z]{80,90} +confirmed in slot \d+/g)!.length).toBeGreaterThanOrEqual(
      4,
    );
    expect(text).not.toContain('NOT on the chain');
    expect(text).toMatch(/workflow\.completed/);
    expect(text).toMatch(/workflow\.rolled_back|step\.compensated|workflow\.failed/);
    const balances = [
      ...text.matchAll(/balance (before|after) +(\S+) USDC available, 0 reserved, (\S+) spent/g),
    ];
    expect(balances).toHaveLength(4);
    expect(Number(balances[1]![2])).toBeLessThan(Number(balances[0]![2]));
    expect(text).toContain(
      'Both tasks ended as they should, agents kept to their budgets, and both sold agents delivered',
    );
    expect(text.match(/PASS {2}result hash/g)).toHaveLength(2);
    expect(text).not.toContain('FAIL');
    shown = {
      ids: [...new Set(text.match(/wf_\d+_[0-9a-f]{16}/g))],
      balance: `${balances[3]![2]} ${balances[3]![3]}`,
      signature: /[1-9A-HJ-NP-Za-km-z]{80,90}(?= +confirmed)/.exec(text)![0],
    };
    expect(shown.ids).toHaveLength(2);
    await nothingLeft(demo);
  }, 180_000);

  test('no secret of the stack is in what it printed or logged', () => {
    const environment = parseEnv(readFileSync(join(data, 'stack.env'), 'utf8'));
    const secrets = ['ESCROW_KEYPAIR', 'EVM_FLOAT_KEY', 'STEWARD_DATA_KEY'].map((name) =>
      environment[name]!.replace(/^0x/, ''),
    );
    const owner = readFileSync(join(data, 'postgres-owner.key'), 'utf8').trim();
    expect(readFileSync(join(data, 'stack.env'), 'utf8')).not.toContain(owner);
    expect(readFileSync(join(data, 'owner.env'), 'utf8')).toContain(owner);
    const escrow = Buffer.from(secrets[0]!, 'base64');
    const keys = ['KODOSUMI_PASSWORD', 'PAYMENT_API_KEY', 'MASUMI_SIGNING_KEY'].map(
      (name) => environment[name]!,
    );
    const forms = [
      ...secrets,
      owner,
      ...keys,
      escrow.toString('hex'),
      `[${[...escrow].join(',')}]`,
      bs58.encode(escrow),
    ];
    expect(forms.every((form) => form.length >= 32)).toBe(true);
    const logs = readdirSync(join(data, 'logs')).map((name) =>
      readFileSync(join(data, 'logs', name), 'utf8'),
    );
    expect(logs.join('').length).toBeGreaterThan(1000);
    for (const text of [printed, ...logs])
      for (const form of forms) expect(text.includes(form), form.slice(0, 4)).toBe(false);
  });

  test('a later start still has the runs, the balances and the chains', async () => {
    started = begin('start', ['--any-ports', '--data', data]);
    const address = await expectTheSame(started);
    const solana = (await started.untilSaid(/^ {2}Solana chain +(\S+)$/m))[1]!;
    const asked = { jsonrpc: '2.0', id: 1, method: 'getSignatureStatuses' };
    const params = [[shown.signature], { searchTransactionHistory: true }];
    const found = await fetch(solana, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...asked, params }),
    });
    expect(await found.json()).toMatchObject({
      result: { value: [{ err: null, confirmationStatus: 'finalized' }] },
    });
    const { status } = await get<{ status: string }>(address, '/health');
    expect(status).toBe('healthy');
  }, 120_000);

  test('the address in stack.env cannot touch the audit trail, which holds', async () => {
    const { DATABASE_URL: url = '', MIGRATION_DATABASE_URL: none } = parseEnv(
      readFileSync(join(data, 'stack.env'), 'utf8'),
    );
    expect(none).toBeUndefined();
    await withClient(url, async (client) => {
      const { rows } = await client.query<{ n: number }>('select count(*)::int as n from audit');
      expect(rows[0]!.n).toBeGreaterThan(1);
      for (const statement of ['delete from audit', 'truncate audit', `update audit set actor = 'x'`])
        await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    });
    const verify = begin('audit', ['verify', '--data', data]);
    expect(await verify.exited, verify.said()).toBe(0);
    expect(verify.said()).toMatch(/^ok {6}default {2}\d+ lines, /m);
    expect(verify.said()).not.toContain('not checked');
    const migrate = begin('migrate', [], { DATABASE_URL: url });
    expect(await migrate.exited, migrate.said()).toBe(0);
    expect(migrate.said()).toBe('The schema is up to date.\n');
  }, 60_000);

  test('a killed start leaves no process behind', async () => {
    const before = descendantsOf(started.pid);
    for (const part of ['postgres', 'temporal', 'anvil', 'guardian', 'surfpool'])
      expect(before.map(({ command }) => command).join('\n')).toContain(part);
    process.kill(parentOf(started), 'SIGKILL');
    await started.exited;
    await nothingLeft(started);
  }, 60_000);

  test('the next one goes on from there, and ends in order when npm alone is killed', async () => {
    const next = begin('start', ['--any-ports', '--data', data]);
    await expectTheSame(next);
    process.kill(next.pid, 'SIGKILL');
    await next.exited;
    expect(next.said()).toContain('Stopped. Everything is kept');
    await nothingLeft(next);
  }, 120_000);

  test('another one goes on from there, and does a task by hand: approved, paid, and its receipt checked', async () => {
    started = begin('start', ['--any-ports', '--data', data]);
    const url = await expectTheSame(started);
    const svg = join(folder, 'chart.svg');
    const words = ['task', 'Get the price of SOL over the last 14 days and chart it', '--data', data];
    const done = await steward([...words, '--ask', '--max-cost', '0.5', '--out', svg], ['w', 'a']);
    expect(done.code, done.stdout + done.stderr).toBe(0);
    expect(done.stdout).toMatch(/^Total: 0\.09 USDC to 2 payees/m);
    expect(done.stdout.match(/: paid 0\.0[45] USDC to \S+ on solana, transaction \w{80,90}$/gm)).toHaveLength(
      2,
    );
    expect(done.stdout).toMatch(
      /^Receipt: it cost 0\.09 USDC\.\n {2}checked: signature, .*paid once.*, chain$/m,
    );
    expect(done.stdout).toMatch(/\d+ ok, 0 failed, 3 not checked\./);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg /);
    const declined = await steward([...words, '--ask'], ['d']);
    expect(declined.code, declined.stdout).toBe(3);
    const alone = await steward([...words, '--yes', '--max-cost', '0.08']);
    expect(alone.code, alone.stdout).toBe(1);
    expect(alone.stdout).toContain('(MAX_COST_EXCEEDED)');
    const { workflows } = await get<Workflows>(url, '/users/demo_user/workflows');
    expect(workflows.map(({ status }) => status).slice(0, 3)).toEqual(['failed', 'cancelled', 'completed']);
    await expectBooksAgree(url);
  }, 180_000);

  test('it ends in order when it is told to', async () => {
    process.kill(parentOf(started), 'SIGTERM');
    expect(await started.exited).toBe(0);
    expect(started.said()).toContain('Stopped. Everything is kept');
    await nothingLeft(started);
  }, 120_000);

  async function expectTheSame(run: Running): Promise<string> {
    await run.untilSaid(/Ctrl-C stops it/);
    const url = (await run.untilSaid(/^ {2}API +(\S+)$/m))[1]!;
    const { workflows } = await get<Workflows>(url, '/users/demo_user/workflows');
    expect(workflows.map(({ id }) => id).toSorted()).toEqual(shown.ids.toSorted());
    expect(workflows.map(({ status }) => status).toSorted()).toEqual(['completed', 'failed']);
    const { balances } = await get<Balance>(url, '/escrow/demo_user/balance');
    expect(`${balances.USDC.available} ${balances.USDC.spent}`).toBe(shown.balance);
    await expectBooksAgree(url);
    return url;
  }
});

describe('a busy port', () => {
  const FREE = [
    'PORT',
    'TEMPORAL_PORT',
    'TEMPORAL_UI_PORT',
    'POSTGRES_PORT',
    'ANVIL_PORT',
    'SURFPOOL_PORT',
    'FACILITATOR_PORT',
    'SERVICES_PORT',
    'MASUMI_PORT',
    'KODOSUMI_PORT',
    'IMAGE_GEN_PORT',
    'PRICE_ORACLE_PORT',
    'BATCH_COMPUTE_PORT',
    'LOG_ARCHIVE_PORT',
  ];
  let holder: Server | undefined;
  afterEach(() => void holder?.close());

  async function holdPort(): Promise<number> {
    const server = createServer();
    holder = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  test.each(FREE)(
    'of %s is told with its holder and the setting that moves it, and nothing is left running',
    async (name) => {
      const port = await holdPort();
      const env = { ...Object.fromEntries(FREE.map((setting) => [setting, '0'])), [name]: String(port) };
      const start = begin('start', ['--data', join(folder, `busy-${name}`)], env);
      expect(await start.exited).toBe(1);
      const said = start.said();
      expect(said).toMatch(
        new RegExp(
          `Steward could not start: .* cannot use port ${port}: it is held by process ${process.pid} \\(`,
        ),
      );
      expect(said).toMatch(new RegExp(`choose another port with .*\\b${name}\\b`));
      expect(said).not.toMatch(/^ +at /m);
      await nothingLeft(start);
      expect(existsSync(join(folder, `busy-${name}`, 'stack.env'))).toBe(false);
    },
    60_000,
  );
});
