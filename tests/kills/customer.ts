import { setTimeout as delay } from 'node:timers/promises';

/** A client that never gives up: repeats with the same idempotency key, resumes its streams where they broke. */
export interface Customer {
  /** Submits, approves and watches one task to its end. */
  buy(name: string, input: string): Promise<Purchase>;
}

export interface Purchase {
  id: string;
  status: string;
  totalCost: number;
  /** Sequence numbers in the order they arrived. */
  seqs: number[];
  types: string[];
}

const PATIENCE_MS = 150_000;

export function createCustomer(url: string, userId: string): Customer {
  return {
    async buy(name, input) {
      const created = await ask(url, '/workflows/create', { userId, input, maxCost: '2' }, `create-${name}`);
      const { id } = created['workflow'] as { id: string };
      const seqs: number[] = [];
      const types: string[] = [];
      const watching = watch(url, id, seqs, types);
      await until(async () => (await read(url, id))['status'] !== 'planning');
      const { status, executionPlan } = await read(url, id);
      const { planHash } = (executionPlan ?? {}) as { planHash?: string };
      // With the hash a repetition is recognised even after the run has ended: the first answer may have been lost.
      if (status === 'awaiting_approval')
        await ask(url, `/workflows/${id}/approve`, { planHash }, `approve-${name}`);
      await watching;
      const end = await read(url, id);
      return { id, status: String(end['status']), totalCost: Number(end['totalCost']), seqs, types };
    },
  };
}

type Body = Record<string, unknown>;

const read = async (url: string, id: string): Promise<Body> =>
  (await ask(url, `/workflows/${id}`))['workflow'] as Body;

/** Repeats until an answer that is final: nothing, 429 and 5xx are worth another try. */
async function ask(url: string, path: string, body?: object, key?: string): Promise<Body> {
  const end = Date.now() + PATIENCE_MS;
  let last = 'no answer';
  while (Date.now() < end) {
    try {
      const answer = await fetch(url + path, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        signal: AbortSignal.timeout(40_000),
      });
      const json = (await answer.json()) as Body;
      if (answer.ok) return json;
      last = `${answer.status} ${String(json['detail'])}`;
      if (answer.status < 500 && answer.status !== 429 && answer.status !== 409)
        throw new Error(`${path}: ${last}`);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith(path)) throw error;
      last = String(error);
    }
    await delay(100);
  }
  throw new Error(`${path}: gave up after ${PATIENCE_MS} ms; last: ${last}`);
}

async function until(look: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await look())) {
    if (Date.now() > end) throw new Error('gave up waiting');
    await delay(100);
  }
}

const TERMINAL = new Set(['workflow.completed', 'workflow.failed', 'workflow.cancelled']);

/** Reads the stream to its terminal event, over as many connections as it takes. */
async function watch(url: string, id: string, seqs: number[], types: string[]): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!TERMINAL.has(types.at(-1) ?? '')) {
    if (Date.now() > end) throw new Error(`the stream of ${id} did not end; last ${types.at(-1)}`);
    await connection(
      `${url.replace('http', 'ws')}/workflows/${id}/stream?after=${seqs.at(-1) ?? 0}`,
      (event) => {
        if (event.type === 'connected') return;
        seqs.push(event.seq);
        types.push(event.type);
      },
    );
    await delay(50);
  }
}

function connection(url: string, onEvent: (event: { type: string; seq: number }) => void): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.addEventListener('message', ({ data }) =>
      onEvent(JSON.parse(String(data)) as { type: string; seq: number }),
    );
    socket.addEventListener('close', () => resolve());
    socket.addEventListener('error', () => resolve());
  });
}
