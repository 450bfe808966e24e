import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatUnits } from '../../domain/money.ts';
import { sealReceipt } from '../../api/receipts/chain.ts';
import { createReceiptSigner } from '../../api/receipts/key.ts';
import { createSealer } from '../../db/sealing.ts';
import { bodiesOf } from '../../domain/receipts/bodies.ts';
import type { ReceiptBodies } from '../../schemas/core/receipt.ts';
import { parseReceipt } from '../../api/receipts/read-receipt.ts';
import { startTarget, until, type Target } from '../fuzz/target.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const COMMAND = fileURLToPath(new URL('../../bin/steward.js', import.meta.url));
/** Paid on Solana, then on the EVM chain. */
const TASK = 'Get the SOL price history of the last 30 days and summarize the text';
const USER = 'fuzz_user';
const folder = temporaryFolder('receipts');
let target: Target;
let [one, other, undone] = ['', '', ''];

beforeAll(async () => {
  target = await startTarget(folder);
  one = await finalReceipt(await completedRun());
  other = await finalReceipt(await completedRun());
  undone = await finalReceipt(await failedRun());
}, 240_000);
afterAll(() => target?.close());

async function call(path: string, body?: object): Promise<string> {
  const answer = await fetch(target.url + path, {
    headers: { authorization: `Bearer ${target.adminKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return answer.text();
}

const read = async <T>(path: string, body?: object): Promise<T> => JSON.parse(await call(path, body)) as T;

async function completedRun(): Promise<string> {
  const task = { userId: USER, input: TASK, maxCost: '2' };
  const { id } = (await read<{ workflow: { id: string } }>('/workflows/create', task)).workflow;
  const has = async (status: string): Promise<boolean> =>
    (await read<{ status: string }>(`/runs/${id}`)).status === status;
  await until(() => has('awaiting_approval'), `${id} has a plan`);
  await call(`/workflows/${id}/approve`, {});
  await until(() => has('completed'), `${id} is completed`);
  return id;
}

/** A booking that was undone and paid back, and a payment that never landed. */
async function failedRun(): Promise<string> {
  return (await read<{ runs: { id: string }[] }>('/runs?status=failed')).runs[0]!.id;
}

async function finalReceipt(id: string): Promise<string> {
  let text = '';
  await until(async () => {
    text = await call(`/runs/${id}/receipt`);
    return parseReceipt(id, text).final;
  }, `the receipt of ${id} is final`);
  return text;
}

interface Verdict {
  code: number;
  said: string;
  /** What failed or was left open. */
  wrong: string[];
}

/** Checks as somebody who has the file, the nodes and the published key. */
async function verify(text: string, ...more: string[]): Promise<Verdict> {
  const file = join(folder, 'receipt.json');
  writeFileSync(file, text);
  const { public_key } = await read<{ public_key: string }>('/receipts/key');
  return steward('verify', file, '--public-key', public_key, ...more);
}

const nodes = (): string[] => [
  '--evm-rpc',
  target.config.EVM_RPC_URL!,
  '--solana-rpc',
  target.config.SOLANA_RPC_URL!,
];

function steward(...args: string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    const child = execFile(COMMAND, args, { timeout: 60_000 }, (_error, stdout, stderr) => {
      const said = stdout + stderr;
      const wrong = said.split('\n').filter((line) => /^(FAILED|NO ANSWER|not checked)/.test(line));
      resolve({ code: child.exitCode ?? -1, said, wrong });
    });
  });
}

/** What a lying installation would sign itself: every hash and the signature are right. */
function forged(text: string, change: (bodies: ReceiptBodies) => void): string {
  const bodies = structuredClone(bodiesOf(parseReceipt('it', text)));
  change(bodies);
  const sealer = createSealer(target.config.STEWARD_DATA_KEY!);
  return JSON.stringify(sealReceipt(bodies, createReceiptSigner(sealer)));
}

const paymentIn = ({ payments }: ReceiptBodies, chain: 'solana' | 'eip155') =>
  payments.payments.find(({ network }) => network.startsWith(chain))!;
const paidIn = (text: string, chain: 'solana' | 'eip155') =>
  paymentIn(bodiesOf(parseReceipt('it', text)), chain);

describe('steward verify with the nodes of both chains', () => {
  test('finds every payment of a run where its receipt says it is', async () => {
    const { input, output, id } = await read<{ input: unknown; output: unknown; id: string }>(
      `/runs/${parseReceipt('it', one).sections[0].body.id}`,
    );
    const files = { input, output, events: await read(`/runs/${id}/events?limit=1000`) };
    const given = Object.entries(files).flatMap(([name, value]) => {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify(value));
      return [`--${name}`, file];
    });
    const { code, said, wrong } = await verify(one, ...nodes(), ...given);
    const onlyInTheTrail = [expect.stringMatching(/^not checked +audit /)];
    expect({ code, wrong }, said).toEqual({ code: 0, wrong: onlyInTheTrail });
    for (const chain of ['solana', 'eip155'] as const)
      expect(said).toContain(
        `${paidIn(one, chain).tx_hash} moved ${formatUnits(paidIn(one, chain).amount, 6)} USDC to`,
      );
  });

  test('finds the refund of a booking that was undone, and that an unused payment can never land', async () => {
    const { code, said } = await verify(undone, ...nodes());
    expect(code, said).toBe(0);
    expect(said).toMatch(/ok +chain of refund of hotel_booking/);
    expect(said).toMatch(/ok +chain of pi_\w+ +eip155:\d+: it can never land/);
  });

  test('says what it could not check without them, and when a node does not answer', async () => {
    const without = await verify(one);
    expect(without.code).toBe(0);
    expect(without.wrong.filter((line) => line.includes('no --solana-rpc given'))).toHaveLength(1);
    expect(without.wrong.filter((line) => line.includes('no --evm-rpc given'))).toHaveLength(1);
    const silent = await verify(one, '--evm-rpc', 'http://127.0.0.1:1');
    expect(silent.code).toBe(2);
    expect(silent.said).toMatch(/NO ANSWER +chain of pi_\w+ +--evm-rpc did not say: connect ECONNREFUSED/);
  });
});

describe('an issuer who signs a receipt with its own key cannot', () => {
  const swap = (chain: 'solana' | 'eip155') => () =>
    forged(one, (bodies) => (paymentIn(bodies, chain).tx_hash = paidIn(other, chain).tx_hash));
  const lies: [string, () => string, RegExp][] = [
    ['name another real transaction on the EVM chain', swap('eip155'), /it landed in 0x\w+, not in 0x\w+/],
    ['name another real transaction on Solana', swap('solana'), /it landed in \w+, not in \w+/],
    [
      'name another real transfer to another payee with the hash of its own message',
      () =>
        forged(one, (bodies) => {
          const [mine, booking] = [paymentIn(bodies, 'solana'), paidIn(undone, 'solana')];
          mine.tx_hash = booking.tx_hash;
          mine.proof = booking.proof;
        }),
      /moved 0 USDC to \w+, not 0.05 USDC/,
    ],
    [
      'name a transaction that does not exist',
      () =>
        forged(one, (bodies) => {
          const mine = paymentIn(bodies, 'eip155');
          mine.tx_hash = `0x${'1'.repeat(64)}`;
          Object.assign(mine.proof!, { nonce: `0x${'2'.repeat(64)}` });
        }),
      /is not this payment; the chain says (alive|void|"The authorization has expired)/, // alive until its time is over
    ],
    [
      'call void what landed',
      () =>
        forged(one, (bodies) => {
          const mine = paymentIn(bodies, 'eip155');
          const transfer = bodies.ledger.transfers.find(({ id }) => id === mine.transfer)!;
          const release = structuredClone(transfer);
          Object.assign(mine, { status: 'void', told: 'void', finalized: false, tx_hash: null });
          transfer.state = 'voided';
          giveBack(bodies, release);
        }),
      /says that it can never land, the chain says landed/,
    ],
    [
      'name a refund that was something else',
      () => forged(undone, ({ refunds }) => (refunds.refunds[0]!.tx_hash = paidIn(one, 'solana').tx_hash!)),
      /moved 0 USDC back, not 0.3 USDC/,
    ],
  ];
  test.each(lies)('%s', async (_what, lie, how) => {
    const paper = await verify(lie());
    expect(
      paper.wrong.filter((line) => line.startsWith('FAILED')),
      paper.said,
    ).toEqual([]);
    const { code, wrong } = await verify(lie(), ...nodes());
    expect(code).toBe(1);
    expect(wrong.join('\n')).toMatch(how);
  });

  test('count one payment in two receipts that are checked together', async () => {
    const [first, second] = [join(folder, 'first.json'), join(folder, 'second.json')];
    writeFileSync(first, one);
    writeFileSync(second, other);
    expect(await steward('verify', first, second)).toMatchObject({ code: 0 });
    const taken = forged(other, (bodies) => {
      for (const chain of ['solana', 'eip155'] as const) {
        const { tx_hash, proof } = paidIn(one, chain);
        Object.assign(paymentIn(bodies, chain), { tx_hash, proof });
      }
    });
    writeFileSync(second, taken);
    const { code, said } = await steward('verify', first, second, ...nodes());
    expect(code).toBe(1);
    expect(said).toMatch(/FAILED +together +message .* counts in more than one of them/);
    expect(said.match(/^FAILED/gm)).toHaveLength(1);
  });
});

/** The books after a payment of this size that was never made, so that only the chain can tell. */
function giveBack(
  { run, ledger, result, plan }: ReceiptBodies,
  { entries }: { entries: { account: string; asset: string; amount: string }[] },
): void {
  const [taken] = entries.filter(({ account }) => account.startsWith('reserve:'));
  const amount = taken!.amount.slice(1);
  const escrow = `escrow:${run.tenant}:${run.subject}:${taken!.asset}`;
  const last = ledger.transfers.at(-1)!;
  ledger.transfers.push({
    ...last,
    id: `release:${run.id}:9`,
    kind: 'release',
    state: 'posted',
    step_id: null,
    entries: [taken!, { account: escrow, asset: taken!.asset, amount }],
  });
  result.cost = [{ amount: '0.05', asset: plan.asset! }];
}

describe('steward verify', () => {
  test('says that the key was checked only against itself when none is given, and finds a stranger’s', async () => {
    const file = join(folder, 'mine.json');
    writeFileSync(file, one);
    const { code, said } = await steward('verify', file);
    expect(code).toBe(0);
    expect(said).toContain('checked only against the key inside the receipt');
    expect(said).toContain('Whose key it is was not checked');
    const stranger = createReceiptSigner(createSealer('somebody else has another secret'));
    writeFileSync(file, JSON.stringify(sealReceipt(bodiesOf(parseReceipt('it', one)), stranger)));
    expect(await steward('verify', file)).toMatchObject({ code: 0 });
    const { public_key } = await read<{ public_key: string }>('/receipts/key');
    const named = await steward('verify', file, '--public-key', public_key);
    expect(named.code).toBe(1);
    expect(named.said).toMatch(/FAILED +signature .*not the one given/);
  });

  test('explains in a sentence why a file is not a receipt', async () => {
    const file = join(folder, 'junk.json');
    const cases: [string, RegExp][] = [
      ['', /is not JSON/],
      ['\0\u0001 \ufffd', /is not JSON/],
      ['null', /is not a receipt: at its root/],
      ['[]', /is not a receipt/],
      ['{"version":2}', /receipt of version 2; this program knows version 1/],
      ['['.repeat(100_000) + ']'.repeat(100_000), /nested deeper/],
      [one.replace('"version":1', '"version":1,"more":1'), /is not a receipt/],
      [one.replace('"final":true', '"final":false,"final":true'), /says something twice/],
      [
        one.replace('"hashed":{', `"hashed":{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)},`),
        /nested deeper/,
      ],
    ];
    for (const [text, what] of cases) {
      writeFileSync(file, text);
      const { code, said } = await steward('verify', file);
      expect(said).toMatch(what);
      expect(said).not.toMatch(/^\s+at /m);
      expect(code, said).toBe(1);
    }
    for (const [wanted, ...args] of [
      [2, 'verify'],
      [1, 'verify', join(folder, 'nowhere.json')],
      [1, 'verify', folder],
      [2, 'verify', '--odd'],
    ] as [number, ...string[]][]) {
      const { code, said } = await steward(...args);
      expect([code, /^\s+at /m.test(said)], said).toEqual([wanted, false]);
    }
    expect((await steward('verify', '--help')).said).toContain('steward verify RECEIPT');
  });
});
