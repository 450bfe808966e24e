/** What the demo asks of the API: plain HTTP and a WebSocket, as any client would. */
export interface DemoClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  /** Every event of a task from the first, until the stream closes. */
  events(id: string): AsyncGenerator<DemoEvent>;
}

export interface DemoEvent {
  type: string;
  seq: number;
  data: { [name: string]: unknown };
}

/** `key` is needed where AUTH=on, as for any client. */
export function createDemoClient(url: string, key?: string): DemoClient {
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  const ask = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const answer = await fetch(`${url}${path}`, { ...init, headers });
    const body = (await answer.json()) as T & { detail?: string };
    if (!answer.ok) throw new Error(refusalOf(path, answer.status, body.detail));
    return body;
  };
  return {
    get: (path) => ask(path),
    post: (path, body = {}) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    async *events(id) {
      const socket = new URL(`${url.replace(/^http/, 'ws')}/workflows/${id}/stream?after=0`);
      if (key !== undefined) {
        const { ticket } = await ask<{ ticket: string }>('/stream-tickets', { method: 'POST', body: '{}' });
        socket.searchParams.set('ticket', ticket); // a key never goes into a URL
      }
      yield* readSocket(new WebSocket(socket));
    },
  };
}

const refusalOf = (path: string, status: number, detail = 'no reason given'): string =>
  `${path} answered ${status}: ${detail}${status === 401 ? ' Set STEWARD_ADMIN_KEY to a key of this API (npm run keys makes one).' : ''}`;

async function* readSocket(socket: WebSocket): AsyncGenerator<DemoEvent> {
  const queue: DemoEvent[] = [];
  let wake = (): void => undefined;
  let closed = false;
  socket.addEventListener('message', ({ data }) => {
    queue.push(JSON.parse(String(data)) as DemoEvent);
    wake();
  });
  socket.addEventListener('close', () => {
    closed = true;
    wake();
  });
  for (;;) {
    while (queue.length > 0) yield queue.shift()!;
    if (closed) return;
    await new Promise<void>((resolve) => (wake = resolve));
  }
}
