import { createHash, createPublicKey, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { statusId } from '../../api/families/masumi/hashing.ts';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import {
  agentOf,
  APPROVAL,
  ELEMENTS,
  get,
  HYMN,
  LONG,
  post,
  provide,
  RESULTS,
  sell,
  startAsking,
  startJob,
  statusOf,
  until,
} from './support/client.ts';
import { createFakeNode, type FakeNode } from './support/node.ts';

let app: MasumiApp;
let node: FakeNode;
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'; // RFC 8032, 7.1, test 1
const PUBLIC_KEY = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const STATES = ['awaiting_payment', 'awaiting_input', 'running', 'completed', 'failed'];

beforeAll(async () => {
  node = createFakeNode();
  app = await startMasumiApp({ node, options: { signingKey: SEED } });
  const keys = [HYMN, APPROVAL, ELEMENTS, RESULTS, LONG];
  sell(app, ...keys);
  for (const key of keys) node.prices.set(agentOf(key), { kind: 'Fixed', amounts: [] });
});
afterAll(() => app.close());
beforeEach(() => {
  node.shape = (payment) => payment;
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const inputHash = (identifier: string, data: object): string => sha256(`${identifier};${canonicalize(data)}`);

/** Asks until the status is final. The contract's rules judge every answer on the way. */
async function watch(key: string, jobId: string): Promise<{ seen: string[]; last: Record<string, unknown> }> {
  const seen: string[] = [];
  let last: Record<string, unknown> = {};
  await expect
    .poll(
      async () => {
        last = await statusOf(app, key, jobId);
        judge(jobId, last);
        seen.push(String(last['status']));
        return last['status'];
      },
      { interval: 20 },
    )
    .toMatch(/^(completed|failed|awaiting_input)$/);
  return { seen, last };
}

function judge(jobId: string, answer: Record<string, unknown>): void {
  const { status } = answer;
  expect(STATES).toContain(status);
  expect(answer['job_id']).toBe(jobId);
  expect('input_schema' in answer).toBe(status === 'awaiting_input');
  expect('input_deadline' in answer).toBe(status === 'awaiting_input');
  expect('result' in answer).toBe(status === 'completed');
  expect('error_code' in answer).toBe(status === 'failed');
  if (status !== 'awaiting_input') expect(answer['id']).toBe(statusId(jobId, String(status)));
}

describe('A client', () => {
  test('that knows only the original’s names orders a job and reads its result', async () => {
    const base = `/mip003/${HYMN}`;
    expect((await get(app, `${base}/availability`)).body).toMatchObject({ status: 'available' });
    const { input_data: fields } = (await get(app, `${base}/input_schema`)).body;
    expect(fields).toContainEqual({
      id: 'topic',
      type: 'string',
      name: 'Topic',
      data: { placeholder: 'durable work' },
      validations: [
        { validation: 'format', value: 'nonempty' },
        { validation: 'min', value: '1' },
      ],
    });
    const { body } = await post(app, `${base}/start_job`, {
      identifier_from_purchaser: 'my-job-123',
      input_data: { topic: 'résumés "of" Alice' },
    });
    expect(body).toMatchObject({
      status: 'success',
      job_id: expect.stringMatching(UUID),
      blockchainIdentifier: expect.stringMatching(/^block-/),
      submitResultTime: expect.any(Number),
      unlockTime: expect.any(Number),
      externalDisputeUnlockTime: expect.any(Number),
      agentIdentifier: agentOf(HYMN),
      sellerVKey: 'the key of the contract',
      identifierFromPurchaser: 'my-job-123',
      amounts: [{ amount: 3_000_000, unit: 'lovelace' }],
      input_hash: inputHash('my-job-123', { topic: 'résumés "of" Alice' }),
    });
    const done = await until(app, HYMN, body['job_id'], 'completed');
    expect(done).toMatchObject({
      job_id: body['job_id'],
      result: expect.stringContaining('# Hymn to résumés'),
    });
  });

  test('that knows only MIP-003 as it is today pays, waits and compares the hashes', async () => {
    node.shape = (payment) => ({ ...payment, onChainState: null });
    const { input } = (await get(app, `/mip003/${HYMN}/demo`)).body;
    const identifier = 'aabbccddeeff00112233';
    const before = Date.now();
    const { body } = await startJob(app, HYMN, identifier, input as object);
    expect(body).toMatchObject({
      status: 'success',
      id: body['job_id'],
      purchaserNonce: identifier,
      inputHash: inputHash(identifier, input as object),
    });
    for (const [name, hours] of [
      ['payByTime', 12],
      ['submitResultTime', 24],
      ['unlockTime', 30],
      ['externalDisputeUnlockTime', 36],
    ] as const) {
      expect(Number.isInteger(body[name])).toBe(true);
      expect(Math.abs(Number(body[name]) - before - hours * 3_600_000)).toBeLessThan(30_000);
    }
    const id = String(body['id']);
    const waiting = await statusOf(app, HYMN, id);
    judge(id, waiting);
    expect(waiting).toMatchObject({ status: 'awaiting_payment', id: statusId(id, 'awaiting_payment') });
    node.pay(String(body['blockchainIdentifier']));
    const { seen, last } = await watch(HYMN, id);
    expect(last['status']).toBe('completed');
    expect(seen).not.toContain('pending');
    const paid = await node.resolve(String(body['blockchainIdentifier']));
    expect(paid?.resultHash).toBe(sha256(`${identifier};${String(last['result'])}`));
  });

  test('may order every flow with the input that its demo shows', async () => {
    for (const key of [HYMN, APPROVAL, ELEMENTS, RESULTS, LONG]) {
      const demo = (await get(app, `/mip003/${key}/demo`)).body;
      expect(demo).toEqual({ input: expect.any(Object), output: { result: expect.stringMatching(/./) } });
      const { status, text } = await startJob(app, key, `demo of ${key}`, demo['input'] as object);
      expect(status, `${key} ${JSON.stringify(demo)} ${text}`).toBe(200);
    }
  });

  test('sees forms without nulls, validations as texts, and what is optional marked', async () => {
    const { text, body } = await get(app, `/mip003/${ELEMENTS}/input_schema`);
    expect(text).not.toContain('null');
    const fields = body['input_data'] as { id: string; type: string; validations?: { value: unknown }[] }[];
    for (const { validations = [] } of fields)
      for (const { value } of validations) expect(value).toBeTypeOf('string');
    expect(Object.fromEntries(fields.map(({ id, type }) => [id, type]))).toEqual({
      _info_1: 'none',
      _info_2: 'none',
      text: 'string',
      number: 'number',
      password: 'password',
      textarea: 'textarea',
      date: 'date',
      time: 'time',
      datetime: 'datetime-local',
      boolean: 'boolean',
      select: 'option',
      files: 'file',
      action: 'option',
    });
    const required = fields.filter(({ validations = [] }) =>
      validations.every((rule) => JSON.stringify(rule) !== '{"validation":"optional","value":"true"}'),
    );
    expect(required.map(({ id }) => id)).toEqual(['text']);
  });
});

describe('A question', () => {
  test('carries its form, its own id and its deadline, and its answer is signed', async () => {
    const before = Date.now();
    const { jobId, statusId: lid, asked } = await startAsking(app, 'question');
    judge(jobId, asked);
    const [run] = app.kodosumi.control.runs();
    expect(run?.url).toContain('approval');
    expect(lid).toMatch(UUID);
    expect(lid).not.toBe(statusId(jobId, 'awaiting_input'));
    expect(asked['input_schema']).toEqual({
      input_data: [
        expect.objectContaining({ id: '_info_1', type: 'none' }),
        expect.objectContaining({ id: 'comment', type: 'string' }),
        expect.objectContaining({
          id: 'decision',
          type: 'option',
          data: { values: ['Send', 'Do not send'] },
        }),
      ],
    });
    expect(Math.abs(Number(asked['input_deadline']) - before - 3 * 3_600_000)).toBeLessThan(30_000);
    const input = { decision: 'yes', comment: 'Zażółć "it"\n' };
    const { status, body } = await provide(app, jobId, lid, input);
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'success',
      input_hash: inputHash('question', input),
      signature: expect.stringMatching(/^[0-9a-f]{128}$/),
      verification_key: PUBLIC_KEY,
    });
    const x = Buffer.from(PUBLIC_KEY, 'hex').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const signed = canonicalize({ status_id: lid, job_id: jobId, input_hash: body['input_hash'] }) ?? '';
    expect(verify(null, Buffer.from(signed), key, Buffer.from(String(body['signature']), 'hex'))).toBe(true);
    await until(app, APPROVAL, jobId, 'completed');
    expect((await watch(APPROVAL, jobId)).last['result']).toContain('Zażółć "it"');
  });

  test('may be answered in other spellings, and without saying which one is meant', async () => {
    const { jobId } = await startAsking(app, 'spellings');
    const { status, text } = await post(app, `/mip003/${APPROVAL}/provide_input`, {
      jobId,
      inputData: { decision: ['Do not send'] },
    });
    expect(status, text).toBe(200);
    const done = await until(app, APPROVAL, jobId, 'completed');
    expect(done['result']).toBe('Nothing was sent.');
  });
});

describe('A result', () => {
  test.each([
    ['markdown', '# Done\n\n*well*'],
    ['html', '<p>done</p>'],
    ['crew', 'the crew is done'],
    ['str', 'done'],
    ['int', '42'],
    ['bool', 'true'],
    ['dict', '{"b":[1,"two"],"a":null}'],
    ['nul', 'a\ufffdb'],
    ['half', 'half \ufffd of a pair'],
    ['digits', '{"id":12345678901234567890,"price":19.90}'],
  ])('is what the flow made (%s), and its hash is over just that', async (kind, result) => {
    const { body } = await startJob(app, RESULTS, `result ${kind}`, { kind });
    const done = await until(app, RESULTS, body['id'], 'completed');
    expect(done['result']).toBe(result);
    const paid = await node.resolve(String(body['blockchainIdentifier']));
    expect(paid?.resultHash).toBe(sha256(`result ${kind};${result}`));
    const native = await get(app, `/${RESULTS}/runs/${String(body['id'])}`);
    expect(native.body['result']).toMatchObject({ output: result });
    if (kind === 'digits') expect(native.text).toContain(`"final":{"dict":${result}}`);
  });

  test('is never empty', async () => {
    const { body } = await startJob(app, RESULTS, 'empty', { kind: 'empty' });
    expect((await until(app, RESULTS, body['id'], 'completed'))['result']).toBe('{"Markdown":{"body":""}}');
  });
});
