import { setTimeout as delay } from 'node:timers/promises';

/** A client that never gives up: repeats with the same idempotency key, resumes its streams where they broke. */
export interface Customer {
  /** Submits, approves and watches one task to its end. */
  buy(name: string, input: string): Promise<Purchase>;
  /** Submits a task and cancels it: once it asks for approval or, with `approved`, just after it was approved. */
  cancel(name: string, input: string, approved: boolean): Promise<Purchase & { cancelled: boolean }>;
  /** Takes money out of the escrow; answers the withdrawal's id. */
  withdraw(name: string, amount: string, destination: string): Promise<string>;
}

export interface Purchase {
  id: string;
  status: string;
  totalCost: number;
  /** Sequence numbers in the order they arrived. */
  seqs: number[];
  types: string[];
}

/** A request under a key, and what every API must answer to its repetition. */
export interface Acknowledged {
  path: string;
  body: object;
  key: string;
  answer: Body;
}

export interface CustomerOptions {
  /** How long one thing is tried. */
  patienceMs?: number;
  /** How long one answer is waited for before the next API is asked. */
  answerMs?: number;
  /** Called with each successful answer to a keyed request. */
  acknowledged?(what: Acknowledged): void;
}

type Body = Record<string, unknown>;

/** Asks one API until it does not answer, then the next. */
export interface Shop extends Required<CustomerOptions> {
  urls: readonly string[];
  at: number;
}

export const openShop = (urls: string | readonly string[], options: CustomerOptions = {}): Shop => ({
  urls: [urls].flat(),
  at: 0,
  patienceMs: options.patienceMs ?? 150_000,
  answerMs: options.answerMs ?? 40_000,
  acknowledged: options.acknowledged ?? (() => undefined),
});

export function createCustomer(
  urls: string | readonly string[],
  userId: string,
  options: CustomerOptions = {},
): Customer {
  const shop = openShop(urls, options);
  const begin = async (name: string, input: string): Promise<Watched> => {
    const created = await ask(shop, '/workflows/create', { userId, input, maxCost: '2' }, `create-${name}`);
    const { id } = created['workflow'] as { id: string };
    const seqs: number[] = [];
    const types: string[] = [];
    const watching = watch(shop, id, seqs, types);
    watching.catch(() => undefined); // `finish` awaits it
    await until(shop, async () => (await read(shop, id))['status'] !== 'planning');
    return { id, seqs, types, watching, plan: await read(shop, id) };
  };
  const approve = async (name: string, { id, plan }: Watched): Promise<void> => {
    const { planHash } = (plan['executionPlan'] ?? {}) as { planHash?: string };
    // With the hash a repetition is recognised even after the run has ended: the first answer may have been lost.
    if (plan['status'] === 'awaiting_approval')
      await ask(shop, `/workflows/${id}/approve`, { planHash }, `approve-${name}`);
  };
  return {
    async buy(name, input) {
      const watched = await begin(name, input);
      await approve(name, watched);
      return finish(shop, watched);
    },
    async cancel(name, input, approved) {
      const watched = await begin(name, input);
      if (approved) await approve(name, watched);
      const cancelled = await ask(shop, `/workflows/${watched.id}/cancel`, {}, `cancel-${name}`, [409]);
      return { ...(await finish(shop, watched)), cancelled: cancelled['status'] !== 409 };
    },
    async withdraw(name, amount, destination) {
      const body = { amount, asset: 'USDC', destination };
      const answer = await ask(shop, `/escrow/${userId}/withdraw`, body, `withdraw-${name}`);
      return String(answer['withdrawalId']);
    },
  };
}

interface Watched extends Pick<Purchase, 'id' | 'seqs' | 'types'> {
  watching: Promise<void>;
  plan: Body;
}

async function finish(shop: Shop, { id, seqs, types, watching }: Watched): Promise<Purchase> {
  await watching;
  const end = await read(shop, id);
  return { id, status: String(end['status']), totalCost: Number(end['totalCost']), seqs, types };
}

const read = async (shop: Shop, id: string): Promise<Body> =>
  (await ask(shop, `/workflows/${id}`))['workflow'] as Body;

/** Repeats until the answer is final: after none, after 429 and 5xx, and after 409 unless that is `fine`. */
export async function ask(
  shop: Shop,
  path: string,
  body?: object,
  key?: string,
  fine: readonly number[] = [],
): Promise<Body> {
  const end = Date.now() + shop.patienceMs;
  let last = 'no answer';
  while (Date.now() < end) {
    const answer = await askOnce(shop, path, body, key).catch((error: unknown) => String(error));
    if (typeof answer === 'string') {
      last = answer;
      shop.at += 1;
    } else {
      const { status, json } = answer;
      const isRepeated = json['code'] === 'idempotency_in_progress';
      if (status < 300 || (fine.includes(status) && !isRepeated)) {
        if (status < 300 && body !== undefined && key !== undefined)
          shop.acknowledged({ path, body, key, answer: json });
        return json;
      }
      last = `${status} ${String(json['detail'])}`;
      if (status < 500 && status !== 429 && status !== 409) throw new Error(`${path}: ${last}`);
    }
    await delay(100);
  }
  throw new Error(`${path}: gave up after ${shop.patienceMs} ms; last: ${last}`);
}

async function askOnce(
  { urls, at, answerMs }: Shop,
  path: string,
  body?: object,
  key?: string,
): Promise<{ status: number; json: Body }> {
  const answer = await fetch(urls[at % urls.length]! + path, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    signal: AbortSignal.timeout(answerMs),
  });
  return { status: answer.status, json: (await answer.json()) as Body };
}

async function until({ patienceMs }: Shop, look: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await look())) {
    if (Date.now() > end) throw new Error('gave up waiting');
    await delay(100);
  }
}

const TERMINAL = new Set(['workflow.completed', 'workflow.failed', 'workflow.cancelled']);

/** Reads the stream to its terminal event, over as many connections as it takes. */
async function watch(shop: Shop, id: string, seqs: number[], types: string[]): Promise<void> {
  const end = Date.now() + shop.patienceMs;
  while (!TERMINAL.has(types.at(-1) ?? '')) {
    if (Date.now() > end) throw new Error(`the stream of ${id} did not end; last ${types.at(-1)}`);
    const base = shop.urls[shop.at % shop.urls.length]!.replace('http', 'ws');
    await connection(`${base}/workflows/${id}/stream?after=${seqs.at(-1) ?? 0}`, shop.answerMs, (event) => {
      if (event.seq === undefined || event.type === 'connected') return; // the greeting, or a refusal
      seqs.push(event.seq);
      types.push(event.type);
    });
    await delay(50);
  }
}

/** Reads until the connection closes, or is silent for so long that its server may be stopped. */
function connection(
  url: string,
  silenceMs: number,
  onEvent: (event: { type: string; seq?: number }) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    let left = false;
    const leave = (): void => {
      left = true; // later events are read again over the next connection
      clearTimeout(silence);
      resolve();
      socket.close();
    };
    let silence = setTimeout(leave, silenceMs);
    socket.addEventListener('message', ({ data }) => {
      if (left) return;
      clearTimeout(silence);
      silence = setTimeout(leave, silenceMs);
      onEvent(JSON.parse(String(data)) as { type: string; seq?: number });
    });
    socket.addEventListener('close', leave);
    socket.addEventListener('error', leave);
  });
}
