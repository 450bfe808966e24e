import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MasumiNodeError } from '../../domain/masumi/outside-errors.ts';
import { createMasumiNode } from './client.ts';
import { apiUrl, readRetryAfter } from './transport.ts';

const order = {
  agentIdentifier: 'ab'.repeat(40),
  inputHash: 'ab'.repeat(32),
  identifierFromPurchaser: 'ab'.repeat(8),
  payByTime: 1_900_000_000_000,
  submitResultTime: 1_900_000_600_000,
  unlockTime: 1_900_006_000_000,
  externalDisputeUnlockTime: 1_900_060_000_000,
  metadata: 'job',
};

/** A client of a server that answers as told. */
async function clientOf(listener: RequestListener, timeoutMs = 2000) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  return createMasumiNode({ url, apiKey: 'secret-key', network: 'Preprod', timeoutMs });
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

const failure = async (work: Promise<unknown>): Promise<MasumiNodeError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MasumiNodeError);
  return error as MasumiNodeError;
};

/** An address where nobody listens any more. */
async function closedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const refusal = (message: string) => ({ status: 'error', error: { message } });

describe('the address of a payment service', () => {
  it.each([
    ['http://node.example', 'http://node.example/api/v1'],
    ['http://node.example/', 'http://node.example/api/v1'],
    ['https://node.example/api/v1/', 'https://node.example/api/v1'],
    ['https://node.example/masumi', 'https://node.example/masumi/api/v1'],
  ])('%s becomes %s', (given, base) => {
    expect(apiUrl(given)).toBe(base);
  });

  it('must be an http or https URL', () => {
    expect(() => apiUrl('node.example')).toThrow('must be an http or https URL');
  });
});

describe('the key of a payment service', () => {
  it.each(['', 'two words', 'two\nlines'])('cannot be %j', (apiKey) => {
    const options = { url: 'http://node.example', apiKey, network: 'Preprod' } as const;
    expect(() => createMasumiNode(options)).toThrow('printable ASCII');
  });
});

describe('a call to the payment service', () => {
  it('carries the key, the network, and all four times', async () => {
    let seen: { url?: string; token?: unknown; body: string } = { body: '' };
    const node = await clientOf((request, response) => {
      request.on('data', (chunk: Buffer) => (seen.body += chunk.toString()));
      request.on('end', () => {
        seen = { ...seen, url: request.url ?? '', token: request.headers['token'] };
        response.writeHead(400).end(JSON.stringify(refusal('no')));
      });
    });
    await failure(node.createPayment(order));
    expect(seen).toMatchObject({ url: '/api/v1/payment', token: 'secret-key' });
    expect(JSON.parse(seen.body)).toMatchObject({
      network: 'Preprod',
      payByTime: '2030-03-17T17:46:40.000Z',
      submitResultTime: '2030-03-17T17:56:40.000Z',
      unlockTime: expect.any(String) as string,
      externalDisputeUnlockTime: expect.any(String) as string,
      metadata: 'job',
    });
  });

  it.each([
    [400, false],
    [401, false],
    [404, false],
    [429, false],
    [500, true],
    [503, true],
  ])('that makes a payment and is answered %i is unknown: %s', async (status, unknown) => {
    const node = await clientOf(answering(status, refusal('because'), { 'retry-after': '3' }));
    const error = await failure(node.createPayment(order));
    expect(error).toMatchObject({ status, unknown, retryAfterMs: 3000 });
    expect(error.message).toBe(`The payment service answered ${status}: because`);
  });

  it('that only reads is never unknown', async () => {
    const node = await clientOf(answering(500, 'oops'));
    for (const read of [() => node.resolve('ab'), () => node.listPayments({}), () => node.pricing('ab')]) {
      expect(await failure(read())).toMatchObject({ status: 500, unknown: false, passing: true });
    }
  });

  it('is unknown when no answer came in time, or the connection broke', async () => {
    const silent = await clientOf(() => {}, 50);
    const late = await failure(silent.createPayment(order));
    expect(late).toMatchObject({ unknown: true, passing: true });
    expect(late.message).toContain('did not answer within 0.05 s');
    expect(await failure(silent.resolve('ab'))).toMatchObject({ unknown: false });
    const broken = await clientOf((request) => void request.socket.destroy());
    expect(await failure(broken.submitResult('ab', 'ab'.repeat(32)))).toMatchObject({ unknown: true });
    const cut = await clientOf((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"status"');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await failure(cut.createPayment(order))).toMatchObject({ unknown: true });
  });

  it('is not unknown when it never left', async () => {
    const closed = await closedAddress();
    for (const url of [closed, closed.replace('127.0.0.1', 'localhost'), 'http://nobody.invalid']) {
      const node = createMasumiNode({ url, apiKey: 'k', network: 'Preprod' });
      const error = await failure(node.createPayment(order));
      expect(error).toMatchObject({ unknown: false, passing: true, status: undefined });
      expect(await node.isHealthy()).toBe(false);
    }
  });

  it('is "not now" at 404 and 409, whoever says so, and an error otherwise', async () => {
    const node = await clientOf(answering(409, refusal('race')));
    expect(await node.submitResult('ab', 'ab'.repeat(32))).toEqual({ kind: 'not_now', message: 'race' });
    expect(await node.authorizeRefund('ab')).toEqual({ kind: 'not_now', message: 'race' });
    const forbidden = await clientOf(answering(403, refusal('not yours')));
    expect(await failure(forbidden.submitResult('ab', 'ab'.repeat(32)))).toMatchObject({
      status: 403,
      passing: false,
    });
    const proxy = await clientOf(answering(404, '<h1>Not here</h1>'));
    expect(await proxy.resolve('ab')).toBeUndefined();
    expect(await proxy.pricing('ab')).toBeUndefined();
    expect(await proxy.authorizeRefund('ab')).toMatchObject({ kind: 'not_now' });
  });

  it('takes the word "success" in upper or lower case, and answers that say more than we read', async () => {
    const node = await clientOf(answering(200, { status: 'Success', data: { status: 'ok', more: 1 } }));
    expect(await node.isHealthy()).toBe(true);
    const down = await clientOf(answering(200, { status: 'success', data: { status: 'degraded' } }));
    expect(await down.isHealthy()).toBe(false);
  });

  it.each([null, {}, { walletVkey: null }, { walletVkey: '' }])(
    'reads a wallet that says nothing, %j, as none: the configured key counts',
    async (SmartContractWallet) => {
      const times = { submitResultTime: '3', unlockTime: '4', externalDisputeUnlockTime: '5' };
      const data = { blockchainIdentifier: 'abc', ...times, SmartContractWallet };
      const node = await clientOf(answering(200, { status: 'success', data }));
      expect(await node.resolve('abc')).toMatchObject({ sellerVkey: null });
      const listing = { status: 'success', data: { Payments: [data] } };
      expect((await (await clientOf(answering(200, listing))).listPayments({})).payments).toHaveLength(1);
    },
  );

  it('says what the registry answered where that names no price', async () => {
    const Metadata = { name: 'Poet', AgentPricing: null };
    const node = await clientOf(answering(200, { status: 'success', data: { Metadata } }));
    expect(await failure(node.pricing('ab'))).toMatchObject({
      passing: false,
      message: 'The registry names no price of Poet on Preprod.',
    });
    const refusing = await clientOf(answering(422, refusal('no such metadata')));
    expect(await failure(refusing.pricing('ab'))).toMatchObject({
      passing: false,
      message: 'The payment service answered 422: no such metadata',
    });
  });

  it('needs no more of a payment than the contract promises', async () => {
    const times = { submitResultTime: '3', unlockTime: '4', externalDisputeUnlockTime: '5' };
    const data = { blockchainIdentifier: 'abc', payByTime: '2', ...times, onChainState: 'FundsLocked' };
    const node = await clientOf(answering(200, { status: 'SUCCESS', data }));
    expect(await node.resolve('abc')).toMatchObject({
      blockchainIdentifier: 'abc',
      payByTime: 2,
      submitResultTime: 3,
      onChainState: 'FundsLocked',
      resultHash: null,
      nextAction: { requestedAction: 'None', resultHash: null },
      requestedFunds: [],
      sellerVkey: null,
    });
  });

  it('believes that a hash was taken, whatever else the answer says', async () => {
    const node = await clientOf(answering(200, { status: 'success', data: {} }));
    expect(await node.submitResult('ab', 'ab'.repeat(32))).toEqual({ kind: 'done' });
    expect(await node.authorizeRefund('ab')).toEqual({ kind: 'done' });
  });

  it('lists payments that have no id of their own', async () => {
    const times = { submitResultTime: '3', unlockTime: '4', externalDisputeUnlockTime: '5' };
    const Payments = [{ blockchainIdentifier: 'abc', metadata: 'job', ...times }];
    const node = await clientOf(answering(200, { status: 'success', data: { Payments } }));
    expect(await node.findPayment('job', 0)).toMatchObject({ blockchainIdentifier: 'abc' });
    expect((await node.listPayments({})).payments).toHaveLength(1);
  });

  it('says what of an answer cannot be read, and that the request may have been carried out', async () => {
    const node = await clientOf(answering(200, { status: 'success', data: { id: 'x' } }));
    const error = await failure(node.createPayment(order));
    expect(error).toMatchObject({ unknown: true, passing: true });
    expect(error.message).toContain('answer to POST /payment cannot be read (data.blockchainIdentifier');
  });

  it('follows no redirect, and never shows the key', async () => {
    const node = await clientOf(answering(302, '', { location: 'http://127.0.0.1:1/' }));
    expect(await failure(node.resolve('ab'))).toMatchObject({ status: 302, passing: false });
    const leaky = await clientOf(answering(401, refusal('secret-key is wrong')));
    expect((await failure(leaky.resolve('ab'))).message).not.toContain('secret-key');
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  it.each([
    [null, undefined],
    ['5', 5000],
    ['Tue, 01 Jan 2030 00:00:10 GMT', 10_000],
    ['Mon, 31 Dec 2029 00:00:00 GMT', 0],
    ['soon', undefined],
  ])('%s is %s ms', (text, ms) => {
    expect(readRetryAfter(text, now)).toBe(ms);
  });
});
