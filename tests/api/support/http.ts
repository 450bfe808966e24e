/** An answer in the form that tests look at. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The fields that tests go on with. Assertions judge everything else. */
  body: Record<string, unknown> & { workflow: Record<string, unknown> & { id: string } };
}

/** Requests to one API, with headers that all of them carry. */
export function createCaller(url: string, common: Record<string, string> = {}) {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...common,
        ...headers,
      },
      ...(body === undefined ? {} : { body: text }),
    });
    const raw = await answer.text();
    return { status: answer.status, headers: answer.headers, text: raw, body: parse(raw) as Reply['body'] };
  };
  return {
    get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
    post: (path: string, body?: unknown, headers?: Record<string, string>) =>
      call('POST', path, body, headers),
  };
}

export type Caller = ReturnType<typeof createCaller>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
}
