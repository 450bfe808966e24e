import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUrlGuard, type UrlGuard } from '../../activities/http/guard.ts';
import { createGuardedFetch } from '../../activities/http/guarded-fetch.ts';
import { createGuards } from '../../activities/http/guards.ts';
import { createFetchFile } from '../../activities/kodosumi/fetch-file.ts';
import { generateKey } from '../../api/keys/secrets.ts';
import { loadConfig } from '../../families/config.ts';
import { insertKey } from '../../db/repositories/keys.ts';
import { ask, type Answer } from '../api/support/api.ts';
import { APPROVAL, HYMN } from '../masumi/support/client.ts';
import { startPaidApp, type PaidApp } from '../masumi/support/paid-app.ts';

/** Attacks by a purchaser. Kodosumi and the payment service are honest here. */
interface Purchaser {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  order(key: string, identifier: string, input: unknown): Promise<Answer>;
}

let app: PaidApp;
let one: Purchaser;
let other: Purchaser;

beforeAll(async () => {
  app = await startPaidApp({ settings: { auth: 'on' } });
  [one, other] = [await purchaser('one'), await purchaser('other')];
});
afterAll(() => app.close());

async function purchaser(tenant: string): Promise<Purchaser> {
  const { key, prefix, secretHash } = generateKey();
  const row = {
    prefix,
    secretHash,
    tenant,
    subject: tenant,
    name: 'test',
    expiresAt: null,
    rotatedFrom: null,
  };
  await insertKey(app.db.em(), { ...row, scopes: ['read', 'operate'] });
  const headers = { authorization: `Bearer ${key}` };
  const post = (path: string, body: unknown) => ask(app, path, { method: 'POST', body, headers });
  return {
    post,
    get: (path) => ask(app, path, { headers }),
    order: (flow, identifier, input) =>
      post(`/mip003/${flow}/start_job`, { identifier_from_purchaser: identifier, input_data: input }),
  };
}

const statusOf = async (who: Purchaser, key: string, id: unknown): Promise<Answer['body']> =>
  (await who.get(`/mip003/${key}/status?job_id=${String(id)}`)).body;

const becomes = (who: Purchaser, key: string, id: unknown, status: string) =>
  expect.poll(async () => (await statusOf(who, key, id))['status'], { timeout: 15_000 }).toBe(status);

const runsAbout = (topic: string): number =>
  app.kodosumi.control.runs().filter(({ inputs }) => inputs['topic'] === topic).length;

describe("Another tenant's job", () => {
  test('with the same identifier is another job', async () => {
    const input = { topic: 'twins' };
    const [mine, theirs] = [
      await one.order(HYMN, 'aa00aa00aa00aa00', input),
      await other.order(HYMN, 'aa00aa00aa00aa00', input),
    ];
    expect([mine.status, theirs.status]).toEqual([200, 200]);
    expect(theirs.body['job_id']).not.toBe(mine.body['job_id']);
    expect(theirs.body['blockchainIdentifier']).not.toBe(mine.body['blockchainIdentifier']);
  });

  test('cannot be read, answered or cancelled', async () => {
    const { body } = await one.order(APPROVAL, 'aa01aa01aa01aa01', { message: 'mine' });
    const id = String(body['job_id']);
    app.payments.control.lockFunds(String(body['blockchainIdentifier']));
    await becomes(one, APPROVAL, id, 'awaiting_input');
    const tried = [
      await other.get(`/mip003/${APPROVAL}/status?job_id=${id}`),
      await other.get(`/${APPROVAL}/runs/${id}`),
      await other.get(`/runs/${id}`),
      await other.post(`/mip003/${APPROVAL}/provide_input`, { job_id: id, input_data: { decision: 'Send' } }),
      await other.post(`/runs/${id}/cancel`, {}),
    ];
    expect(tried.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    expect(await statusOf(one, APPROVAL, id)).toMatchObject({ status: 'awaiting_input' });
  });
});

describe('Answers to a question', () => {
  test('that are sent again are taken once, and different ones after them are refused', async () => {
    const { body } = await one.order(APPROVAL, 'aa02aa02aa02aa02', { message: 'again' });
    app.payments.control.lockFunds(String(body['blockchainIdentifier']));
    await becomes(one, APPROVAL, body['job_id'], 'awaiting_input');
    const lock = (await statusOf(one, APPROVAL, body['job_id']))['id'];
    const give = (decision: string) =>
      one.post(`/mip003/${APPROVAL}/provide_input`, {
        job_id: body['job_id'],
        status_id: lock,
        input_data: { decision },
      });
    const answers = await Promise.all([give('Send'), give('Send'), give('Send')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await give('Do not send')).status).toBe(409);
    await becomes(one, APPROVAL, body['job_id'], 'completed');
    expect((await give('Send')).text).toBe(answers[0]?.text);
  });
});

describe('Hostile input', () => {
  test.each([
    ['a megabyte', { topic: 'x'.repeat(1_100_000) }],
    ['a field of another kind', { topic: { $gt: '' } }],
    ['an id that no object should have', JSON.parse('{"topic":"x","__proto__":{"polluted":true}}') as object],
    ['names of every object', { topic: 'x', constructor: 'x', toString: 'x', hasOwnProperty: 'x' }],
    ['half a character', { topic: '\ud800' }],
    ['a list', [1, 2, 3]],
    ['ten thousand fields', Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`f${at}`, at]))],
  ])('that is %s is refused in words, and nothing is ordered', async (_what, input) => {
    const refused = await one.order(HYMN, 'aa03aa03aa03aa03', input);
    expect(refused.status, refused.text.slice(0, 300)).toBeGreaterThanOrEqual(400);
    expect(refused.status).toBeLessThan(500);
    expect(refused.text.length).toBeLessThan(20_000);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each(['[', '{"a":'])('nested as deep as a body can be (%s) is refused', async (opening) => {
    const closing = opening === '[' ? ']' : '}';
    const deep = `${opening.repeat(100_000)}1${closing.repeat(100_000)}`;
    const body = `{"identifier_from_purchaser":"aa04aa04aa04aa04","input_data":{"topic":${deep}}}`;
    const refused = await one.post(`/mip003/${HYMN}/start_job`, body);
    expect(refused.status, refused.text.slice(0, 300)).toBe(400);
  });

  test('with a zero character is refused or delivered, and its job ends like any other', async () => {
    const { status, body } = await one.order(HYMN, 'aa05aa05aa05aa05', { topic: 'zero \0 inside' });
    if (status === 400) return;
    app.payments.control.lockFunds(String(body['blockchainIdentifier']));
    await becomes(one, HYMN, body['job_id'], 'completed');
  });
});

describe('The money of a purchaser', () => {
  test('that is seen many times launches once', async () => {
    const { body } = await one.order(HYMN, 'aa06aa06aa06aa06', { topic: 'seen twice' });
    app.payments.control.lockFunds(String(body['blockchainIdentifier']));
    await Promise.all([app.watch(), app.watch(), app.watch()]);
    await becomes(one, HYMN, body['job_id'], 'completed');
    expect(runsAbout('seen twice')).toBe(1);
    expect(() => app.payments.control.lockFunds(String(body['blockchainIdentifier']))).toThrow(
      'there already',
    );
  });

  test('that is asked back before any work launches nothing, and goes back', async () => {
    const { body } = await one.order(HYMN, 'aa07aa07aa07aa07', { topic: 'asked back' });
    const payment = String(body['blockchainIdentifier']);
    app.payments.control.setState(payment, {
      chainState: 'RefundRequested',
      action: 'WaitingForExternalAction',
    });
    await becomes(one, HYMN, body['job_id'], 'failed');
    expect(await statusOf(one, HYMN, body['job_id'])).toMatchObject({ error_code: 'payment_invalid' });
    expect(runsAbout('asked back')).toBe(0);
    await expect
      .poll(async () => (await app.node.resolve(payment))?.onChainState, { timeout: 10_000 })
      .toMatch(/RefundAuthorized|RefundWithdrawn/);
  });

  test('that is asked back after the result is not given away: a person is told', async () => {
    const { body } = await one.order(HYMN, 'aa08aa08aa08aa08', { topic: 'regret' });
    const payment = String(body['blockchainIdentifier']);
    app.payments.control.lockFunds(payment);
    await becomes(one, HYMN, body['job_id'], 'completed');
    const { onChainState } = (await app.node.resolve(payment))!;
    if (onChainState !== 'ResultSubmitted')
      await expect.poll(async () => (await app.node.resolve(payment))?.onChainState).toBe('ResultSubmitted');
    app.payments.control.requestRefund(payment);
    await expect
      .poll(async () => (await one.get('/attention')).text, { timeout: 10_000 })
      .toContain('payment_disputed');
    expect((await app.node.resolve(payment))?.onChainState).toBe('Disputed');
  });
});

describe('A file that a purchaser names', () => {
  let server: Server;
  let serve: RequestListener;
  let base: string;
  const files = (allowHosts: string[]) =>
    createFetchFile(
      createGuardedFetch({ guard: createUrlGuard({ allowHosts }), timeoutMs: 1000, maxBytes: 1000 }),
    );

  beforeAll(async () => {
    server = createServer((request, response) => serve(request, response));
    await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
    base = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each([
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://169.254.169.254/latest/meta-data',
    'https://0x7f000001/x',
    'https://2130706433/x',
    'https://localhost/x',
    'http://example.com/x',
    'file:///etc/passwd',
    'https://user:secret@example.com/x',
    'not a url',
  ])('at %s is not fetched', async (url) => {
    await expect(files([])(url)).rejects.toMatchObject({
      code: 'url_refused',
      message: expect.stringMatching(
        /^The file( at \S+)? could not be fetched: files are fetched from public https addresses only/,
      ),
    });
  });

  test('that leads elsewhere, is too large, never ends or is missing is refused', async () => {
    const fetch = files([new URL(base).host]);
    serve = (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/secret' }).end();
    await expect(fetch(`${base}/away`)).rejects.toMatchObject({
      code: 'file_unavailable',
      message: `The file at ${new URL(base).host} could not be fetched: its server answered 302.`,
    });
    serve = (_request, response) => response.end('x'.repeat(1001));
    await expect(fetch(`${base}/huge`)).rejects.toMatchObject({
      code: 'answer_too_large',
      message: `The file at ${new URL(base).host} could not be fetched: it is too large.`,
    });
    serve = (_request, response) => void response.write('x');
    await expect(fetch(`${base}/endless`)).rejects.toMatchObject({ name: 'TimeoutError' });
    serve = (_request, response) => response.writeHead(404).end();
    await expect(fetch(`${base}/gone`)).rejects.toMatchObject({ code: 'file_unavailable' });
  });

  test('reaches no host that the operator opened to services or catalogues, or set as an address', async () => {
    const { host } = new URL(base);
    const settings = loadConfig({
      REGISTRY_URL: base,
      FACILITATOR_URL: base,
      PAYMENT_SERVICE_URL: base,
      SERVICE_HOSTS: `${host},localhost,127.0.0.1`,
    });
    let asked = 0;
    serve = (_request, response) => response.end(`x${(asked += 1)}`);
    const through = (guard: UrlGuard) =>
      createFetchFile(createGuardedFetch({ guard, timeoutMs: 1000, maxBytes: 1000 }));
    const { files: ofPurchasers, sellers } = createGuards(settings);
    for (const url of [
      `${base}/services`,
      `${base}/supported`,
      `${base}/livez`,
      base.replace('http:', 'https:'),
    ])
      await expect(through(ofPurchasers)(url)).rejects.toMatchObject({ code: 'url_refused' });
    expect(asked).toBe(0);
    expect((await through(sellers)(`${base}/quote`)).bytes.toString()).toBe('x1');
    const opened = createGuards({ ...settings, FILE_HOSTS: [host] }).files;
    expect((await through(opened)(`${base}/scan`)).bytes.toString()).toBe('x2');
  });

  test.each([
    ['/..%2F..%2Fetc%2Fpasswd', 'passwd'],
    ['/%00%0d%0aX: y', '___X_ y'],
    ['/', 'file'],
    ['/..', 'file'],
  ])('called %s has a harmless name', async (path, name) => {
    serve = (_request, response) => response.end('x');
    expect((await files([new URL(base).host])(`${base}${path}`)).filename).toBe(name);
  });
});
