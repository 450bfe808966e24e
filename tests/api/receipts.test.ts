import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { Keypair } from '@solana/web3.js';
import bs58 from 'bs58';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withHash } from '../../activities/planner/plan-hash.ts';
import { createAuditor } from '../../db/repositories/audit.ts';
import { bodiesOf } from '../../domain/receipts/bodies.ts';
import type { CallOutcome } from '../../domain/ports/calling.ts';
import type { PlanOutcome } from '../../domain/ports/planning.ts';
import type { Finding } from '../../domain/receipts/finding.ts';
import type { Receipt, ReceiptKey } from '../../schemas/core/receipt.ts';
import { ReasoningClient } from '../../sdk/index.ts';
import { checkOnPaper, type Given } from '../../api/receipts/verify.ts';
import { parseReceipt } from '../../api/receipts/read-receipt.ts';
import { tamperings } from '../support/tampering.ts';
import { ask, openStack, type ApiStack } from './support/api.ts';
import { createProbe } from './support/family.ts';
import { createCaller, type Caller } from './support/http.ts';
import { writePaidRun } from './support/paid-run.ts';
import type { Scenario } from './support/reasoning-activities.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { aFreePlan, untilStatus } from './support/reasoning-plans.ts';
import { createWriter } from './support/streams.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
let stack: ApiStack;
let api: { url: string };
let writer: ReturnType<typeof createWriter>;

beforeAll(async () => {
  stack = await openStack();
  api = await stack.start({ families: [createProbe().family] });
  writer = createWriter(stack.db);
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

const paidRun = (id: string, more: { tenant?: string; subject?: string } = {}) =>
  writePaidRun(stack.db, writer, { id, ...more });
const receiptOf = (id: string, headers: Record<string, string> = {}) =>
  ask(api, `/runs/${id}/receipt`, { headers });
const keyOf = async (): Promise<ReceiptKey> =>
  (await ask(api, '/receipts/key')).body as unknown as ReceiptKey;

/** The findings of a program that has only the text. A text that is not a receipt is not believed either. */
function believed(text: string, given: Given = {}): boolean {
  try {
    return wrongs(checkOnPaper(parseReceipt('it', text), given)).length === 0;
  } catch {
    return false;
  }
}

const wrongs = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ verdict }) => verdict === 'failed');

describe('the receipt of a run', () => {
  test('is refused while it runs, and others do not see it', async () => {
    const run = await paidRun('still-running');
    const early = await receiptOf(run.id);
    expect([early.status, early.body['code']]).toEqual([409, 'run_not_ended']);
    expect(early.body['detail']).toMatch(/The run is running; ask for its receipt when/);
    expect((await receiptOf('nobody')).body['code']).toBe('run_not_found');
  });

  test('is not final until its money is at rest, and then the same bytes for ever', async () => {
    const run = await paidRun('settling');
    await run.end();
    const first = await receiptOf(run.id);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ version: 1, final: false });
    expect(believed(first.text)).toBe(true);
    await run.finalize();
    const last = await receiptOf(run.id);
    expect(last.body).toMatchObject({ final: true });
    const other = await stack.start({ families: [createProbe().family] });
    expect((await ask(other, `/runs/${run.id}/receipt`)).text).toBe(last.text);
    expect((await receiptOf(run.id)).text).toBe(last.text);
    expect(believed(last.text)).toBe(true);
  });

  test('is signed by the key that the API names, and by no other', async () => {
    const run = await paidRun('signed');
    await run.end();
    const { text, body } = await receiptOf(run.id);
    const { public_key, key_id, jwk } = await keyOf();
    expect(body['issuer']).toEqual({ algorithm: 'Ed25519', key_id, public_key });
    expect(believed(text, { publicKey: public_key })).toBe(true);
    expect(believed(text, { publicKey: Buffer.alloc(32, 1).toString('base64') })).toBe(false);
    // As somebody would check it who has only the documentation.
    const { version, final, issued_at, issuer, root, signature } = body as unknown as Receipt;
    const signed = `steward run receipt v1\n${canonicalize({ version, final, issued_at, issuer, root })}`;
    const key = createPublicKey({ format: 'jwk', key: jwk });
    expect(verify(null, Buffer.from(signed), key, Buffer.from(signature, 'base64'))).toBe(true);
  });

  test('names the newest line of the audit trail at that time, and a final receipt names the same line ever after', async () => {
    const audited = `audited-${Date.now()}`;
    const run = await paidRun('audited', { tenant: audited });
    await run.end();
    const auditor = createAuditor(stack.db);
    const add = async () => {
      await auditor.append({ tenant: audited, actor: 'me', action: 'test', object: 'x', data: {} });
      const newest = 'select id as line, hash, at from audit where tenant = $1 order by id desc limit 1';
      const { rows } = await stack.db.pool.query<{ line: number; at: Date }>(newest, [audited]);
      return { ...rows[0]!, at: rows[0]!.at.toISOString() };
    };
    const tenants = await stack.start({
      families: [createProbe().family],
      settings: { auth: 'on', adminKey: ADMIN },
    });
    const made = await ask(tenants, '/admin/keys', {
      method: 'POST',
      body: { name: 'test', subject: 'user-1', tenant: audited, scopes: ['read'] },
      headers: { authorization: `Bearer ${ADMIN}` },
    });
    const headers = { authorization: `Bearer ${made.body['key'] as string}` };
    const issue = async () => (await ask(tenants, `/runs/${run.id}/receipt`, { headers })).text;
    const headOf = (text: string) => bodiesOf(parseReceipt('it', text)).audit.head;
    expect(headOf(await issue())).toBeNull();
    const first = await add();
    expect(headOf(await issue())).toEqual(first);
    const second = await add();
    expect(headOf(await issue())).toEqual(second);
    await run.finalize();
    const third = await add();
    const [last, again] = await Promise.all([issue(), issue()]);
    expect(headOf(last)).toEqual(third);
    await add();
    expect([again, await issue()]).toEqual([last, last]);
    expect(checkOnPaper(parseReceipt('it', last), {}).find(({ link }) => link === 'audit')).toEqual({
      link: 'audit',
      verdict: 'unchecked',
      detail: `steward audit verify --receipt holds line ${third.line} against the audit trail`,
    });
  });

  test('has hashes of input, output and events, which anybody who has those can compare', async () => {
    const run = await paidRun('compared');
    await run.end();
    const { text } = await receiptOf(run.id);
    const { input, output } = (await ask(api, `/runs/${run.id}`)).body;
    const events = (await ask(api, `/runs/${run.id}/events`)).body;
    const receipt = parseReceipt('it', text);
    const findings = checkOnPaper(receipt, { input, output, events });
    const notOk = findings.filter(({ verdict }) => verdict !== 'ok');
    expect(notOk).toMatchObject([{ link: 'audit', verdict: 'unchecked' }]);
    const others = { input: { text: 'other' }, output: null, events: [] };
    expect(wrongs(checkOnPaper(receipt, others)).map(({ link }) => link)).toEqual([
      'input',
      'output',
      'events',
    ]);
  });

  test('shows neither input nor output, nor anything that is sealed or kept beside a proof', async () => {
    const run = await paidRun('discreet');
    await run.end();
    const { text } = await receiptOf(run.id);
    for (const secret of ['"text"', 'answer', 'bearer', 'quote_', 'sealed', 'kept', 'fingerprint'])
      expect(text).not.toContain(secret);
  });
});

describe('who may read it', () => {
  test('the tenant may, and where runs are private only their subject', async () => {
    const guarded = await stack.start({
      families: [createProbe().family],
      settings: { auth: 'on', adminKey: ADMIN },
    });
    const make = async (subject: string, tenant = 'default', scopes = ['read']) => {
      const body = { name: 'test', subject, tenant, scopes };
      const headers = { authorization: `Bearer ${ADMIN}` };
      return (await ask(guarded, '/admin/keys', { method: 'POST', body, headers })).body['key'] as string;
    };
    const run = await paidRun('guarded', { subject: 'user-a' });
    await run.end();
    const seen = async (key: string) =>
      (await ask(guarded, `/runs/${run.id}/receipt`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect(await seen(await make('user-a'))).toBe(200);
    expect(await seen(await make('user-b'))).toBe(404);
    expect(await seen(await make('user-b', 'default', ['admin']))).toBe(200);
    expect(await seen(await make('user-a', 'other'))).toBe(404);
    expect((await ask(guarded, `/runs/${run.id}/receipt`)).status).toBe(401);
    expect((await ask(guarded, '/receipts/key')).status).toBe(200);
  });
});

describe('a receipt that was changed', () => {
  test('in any single place is not believed', async () => {
    const run = await paidRun('tampered');
    await run.end();
    await run.finalize();
    await createAuditor(stack.db).append({
      tenant: 'default',
      actor: 'me',
      action: 'test',
      object: 'x',
      data: {},
    });
    const { text } = await receiptOf(run.id);
    expect(text).toMatch(/"audit".*"line":\d+/);
    expect(believed(text)).toBe(true);
    expect(believed(JSON.stringify(JSON.parse(text), null, 2))).toBe(true);
    const survivors: string[] = [];
    let tried = 0;
    for (const { how, text: changed } of tamperings(text)) {
      tried += 1;
      if (believed(changed)) survivors.push(how);
    }
    expect(survivors).toEqual([]);
    expect(tried).toBeGreaterThan(500);
  });

  test('in its text is not believed: cut off, with a name twice, or with more text after it', async () => {
    const run = await paidRun('cut');
    await run.end();
    const { text } = await receiptOf(run.id);
    for (let length = 0; length < text.length; length += 97)
      expect(believed(text.slice(0, length))).toBe(false);
    expect(believed(text.replace('"amount":"750000"', '"amount":"1","amount":"750000"'))).toBe(false);
    expect(believed(text.replace('"final":false', '"final":true,"final":false'))).toBe(false);
    expect(believed(`${text}{}`)).toBe(false);
  });

  test('by taking a section of another run is not believed, although each was signed', async () => {
    const [one, other] = [await paidRun('one'), await paidRun('other')];
    await one.end();
    await other.end();
    const mine = JSON.parse((await receiptOf(one.id)).text) as Receipt;
    const theirs = JSON.parse((await receiptOf(other.id)).text) as Receipt;
    for (const index of mine.sections.keys()) {
      const sections = (mine.sections as unknown[]).with(index, theirs.sections[index]);
      expect(believed(JSON.stringify({ ...mine, sections }))).toBe(false);
    }
    expect(believed(JSON.stringify({ ...mine, root: theirs.root, signature: theirs.signature }))).toBe(false);
  });
});

describe('on the engine', () => {
  let app: ReasoningApp;
  let caller: Caller;
  beforeAll(async () => {
    app = await startReasoningApp();
    caller = createCaller(app.url);
  });
  afterAll(() => app.close());

  async function created(scenario: Scenario): Promise<string> {
    const task = { userId: app.user(scenario), input: 'Analyze the volume' };
    return (await caller.post('/workflows/create', task)).body.workflow.id;
  }

  test('a run has a final receipt however it ended, even before it had a plan', async () => {
    const plan = withHash(aFreePlan('ends', 'a', 'b'));
    const refused: CallOutcome = { kind: 'failed', code: 'HTTP_403', message: 'no' };
    const planless: PlanOutcome = { kind: 'failed', code: 'NO_SERVICE', message: 'none', recoverable: true };
    const failed = await created({ plan, calls: { b: refused } });
    const rejected = await created({ plan });
    const unplanned = await created({ plan, planning: planless });
    for (const id of [failed, rejected]) await untilStatus(caller, id, 'awaiting_approval');
    await caller.post(`/workflows/${failed}/approve`);
    await caller.post(`/runs/${rejected}/cancel`);
    await untilStatus(caller, failed, 'failed');
    await untilStatus(caller, rejected, 'cancelled', /^(completed|failed)$/);
    await untilStatus(caller, unplanned, 'failed');
    for (const [id, plans, error] of [
      [failed, 1, 'HTTP_403'],
      [rejected, 1, undefined],
      [unplanned, 0, 'NO_SERVICE'],
    ] as const) {
      const { text } = await caller.get(`/runs/${id}/receipt`);
      expect(believed(text), text).toBe(true);
      const { final, sections } = parseReceipt(id, text);
      expect([final, sections[1].body.revisions.length, sections[6].body.error?.code]).toEqual([
        true,
        plans,
        error,
      ]);
    }
  });

  test('a run that a wallet approved has what the wallet signed, and a changed signature is found', async () => {
    const plan = withHash(aFreePlan('receipt', 'a', 'b'));
    const userId = app.user({ plan });
    const { id } = (await caller.post('/workflows/create', { userId, input: 'Analyze the volume' })).body
      .workflow;
    const keys = Keypair.generate();
    const wallet = keys.publicKey.toBase58();
    await caller.post(`/escrow/${userId}/create`, { userWallet: wallet });
    await untilStatus(caller, id, 'awaiting_approval');
    const message = {
      planHash: plan.planHash,
      limits: { maxTotalAmount: 1.5 },
      expiresAt: Date.now() + 60_000,
    };
    const signature = bs58.encode(signBy(keys, message));
    const approved = await caller.post(`/workflows/${id}/approve`, { ...message, wallet, signature });
    expect(approved.status).toBe(200);
    await untilStatus(caller, id, 'completed');
    const receipt = await new ReasoningClient({ baseUrl: app.url }).getReceipt(id);
    const [approval] = receipt.sections[2].body.approvals;
    expect(approval).toMatchObject({
      limits: { max_total: '1500000' },
      wallet_proof: { wallet, message: canonicalize(message) },
    });
    const findings = checkOnPaper(receipt, {});
    expect(findings.find(({ link }) => link.startsWith('wallet of'))).toMatchObject({ verdict: 'ok' });
    expect(wrongs(findings)).toEqual([]);
    approval!.wallet_proof!.message = canonicalize({ ...message, limits: { maxTotalAmount: 2 } })!;
    expect(
      wrongs(checkOnPaper(receipt, {})).find(({ link }) => link.startsWith('wallet of'))?.detail,
    ).toMatch(/did not sign this; it signed another maximum/);
  });
});

function signBy({ secretKey, publicKey }: Keypair, message: object): Buffer {
  const part = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const d = part(secretKey.subarray(0, 32));
  const key = { kty: 'OKP', crv: 'Ed25519', d, x: part(publicKey.toBytes()) };
  return sign(null, Buffer.from(canonicalize(message)!), createPrivateKey({ format: 'jwk', key }));
}
