import { describe, expect, test } from 'vitest';
import { ConnectionError, StewardError } from './errors.ts';
import { createHttp } from './http.ts';

interface Sent {
  url: string;
  headers: Record<string, string>;
}

/** A server that gives these answers in turn; errors are lost connections. */
function scripted(answers: (Response | Error)[]): { sent: Sent[]; fetch: typeof fetch } {
  const sent: Sent[] = [];
  const send = async (url: unknown, init?: { headers?: unknown }): Promise<Response> => {
    sent.push({ url: String(url), headers: init?.headers as Record<string, string> });
    const answer = answers.shift();
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no more answers');
    return answer;
  };
  return { sent, fetch: send };
}

const ok = (): Response => Response.json({ fine: true });
const busy = (status: number): Response =>
  Response.json({ code: 'busy', detail: 'busy' }, { status, headers: { 'retry-after': '0' } });
const post = { method: 'POST', path: '/x', body: {}, idempotent: true } as const;

describe('a call', () => {
  test('reads its answer with the parser that the program gives', async () => {
    const { fetch } = scripted([new Response('{"id":9007199254740993}')]);
    const parse = (text: string): unknown => text;
    const answer = await createHttp({ baseUrl: 'http://api/', fetch, parse }).call(post);
    expect(answer).toBe('{"id":9007199254740993}');
  });

  test('is repeated after 429, 503 and a lost connection, with the same key', async () => {
    const { sent, fetch } = scripted([busy(429), busy(503), new TypeError('fetch failed'), ok()]);
    expect(await createHttp({ baseUrl: 'http://api/', fetch }).call(post)).toEqual({ fine: true });
    expect(sent).toHaveLength(4);
    expect(new Set(sent.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(sent[0]).toMatchObject({
      url: 'http://api/x',
      headers: { 'idempotency-key': expect.stringMatching(/.{36}/) },
    });
  });

  test('has a key of its own each time, or the one given', async () => {
    const { sent, fetch } = scripted([ok(), ok(), ok()]);
    const http = createHttp({ baseUrl: 'http://api', fetch });
    await http.call(post);
    await http.call(post);
    await http.call(post, { idempotencyKey: 'mine' });
    const keys = sent.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).not.toBe(keys[1]);
    expect(keys[2]).toBe('mine');
  });

  test('that is refused throws the problem at once', async () => {
    const { sent, fetch } = scripted([
      Response.json({ code: 'plan_changed', detail: 'Look again.' }, { status: 409 }),
    ]);
    const failure = await createHttp({ baseUrl: 'http://api', fetch })
      .call(post)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StewardError);
    expect(failure).toMatchObject({ code: 'plan_changed', status: 409, message: 'Look again.' });
    expect(sent).toHaveLength(1);
  });

  test('gives up after its retries and says why', async () => {
    const { fetch } = scripted([new TypeError('refused'), new TypeError('refused')]);
    const failure = await createHttp({ baseUrl: 'http://api', fetch, retries: 1 })
      .call(post)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect((failure as ConnectionError).cause).toMatchObject({ message: 'refused' });
  });

  test('stops when it is aborted', async () => {
    const { fetch } = scripted([Response.json({}, { status: 503, headers: { 'retry-after': '60' } })]);
    const call = createHttp({ baseUrl: 'http://api', fetch }).call(post, { signal: AbortSignal.timeout(20) });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
