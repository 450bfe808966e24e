/** One answer of the API. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** What checks work with. */
export interface Smoke {
  get(path: string): Promise<Answer>;
  send(method: 'POST' | 'PUT', path: string, body?: object): Promise<Answer>;
  chat(agentId: string, message: string): Promise<Answer>;
}

/** Undefined when all is well; throws what is not. */
export type Check = (smoke: Smoke) => Promise<void>;

const TIMEOUT_MS = 150_000;

export function createSmoke(url: string, key: string | undefined): Smoke {
  const ask = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(new URL(path, url), {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const send: Smoke['send'] = (method, path, body = {}) => ask(method, path, body);
  return {
    get: (path) => ask('GET', path),
    send,
    chat: (agent_id, message) => send('POST', '/chat', { agent_id, message }),
  };
}

/** Throws what was expected where it is not so. */
export function must(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what);
}

/** The body of a 200. */
export function ok({ status, body }: Answer): Answer['body'] {
  must(status === 200, `the answer is ${status} ${JSON.stringify(body).slice(0, 200)}`);
  return body;
}

export const listOf = (value: unknown): Record<string, unknown>[] => {
  must(Array.isArray(value), 'it is no list');
  return value as Record<string, unknown>[];
};

/** The steps of a chat that has ended. */
export const stepsOf = (answer: Answer): Record<string, unknown>[] => listOf(ok(answer)['steps']);
