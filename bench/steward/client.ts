import { Agent, request } from 'undici';

/** Steward's HTTP API as a client sees it, over kept connections. */
export interface StewardClient {
  create(input: string, userId: string, maxCost?: string): Promise<string>;
  approve(id: string): Promise<void>;
  /** The whole answer as text; throws when it is no 2xx. */
  get(path: string): Promise<string>;
  post<T>(path: string, body?: object): Promise<T>;
  close(): Promise<void>;
}

export function createStewardClient(baseUrl: string): StewardClient {
  const dispatcher = new Agent({ connections: 128 });
  const send = async (method: 'GET' | 'POST', path: string, body?: object): Promise<string> => {
    const content =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await request(`${baseUrl}${path}`, { dispatcher, method, ...content });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path} answered ${answer.statusCode}: ${text.slice(0, 500)}`);
    return text;
  };
  const post = async <T>(path: string, body: object = {}): Promise<T> =>
    JSON.parse(await send('POST', path, body)) as T;
  return {
    async create(input, userId, maxCost) {
      const body = { userId, input, ...(maxCost === undefined ? {} : { maxCost }) };
      return (await post<{ workflow: { id: string } }>('/workflows/create', body)).workflow.id;
    },
    approve: async (id) => void (await post(`/workflows/${id}/approve`)),
    get: (path) => send('GET', path),
    post,
    close: () => dispatcher.close(),
  };
}
