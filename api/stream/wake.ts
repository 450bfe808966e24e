import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Logger } from 'pino';
import { createClient } from '../../db/connections.ts';
import type { Queryable } from '../../db/ledger.ts';
import { EVENTS_CHANNEL } from '../../db/notifier.ts';
import { KEYS_CHANNEL } from '../../db/repositories/keys.ts';

const POLL_MS = 250; // while no notifications arrive
const SAFETY_MS = 3000; // a notification may get lost with its sender
const RECONNECT_MS = 5000;
const SELF_TEST_MS = 2000;
const SELF_TEST_TENANT = '~selftest'; // no key can have this tenant

export interface WakeHandlers {
  changed(tenant: string, runId: string): void;
  keyChanged(keyId: string): void;
  /** Anything may have changed. */
  anything(): void;
}

export interface Wake {
  /** True while notifications arrive; otherwise the table is polled. */
  readonly listening: boolean;
  close(): Promise<void>;
}

interface State {
  db: Queryable;
  url: string | null;
  handlers: WakeHandlers;
  log: Logger;
  client: pg.Client | undefined;
  listening: boolean;
  closed: boolean;
  poll: NodeJS.Timeout | undefined;
  reconnect: NodeJS.Timeout | undefined;
}

const ASLEEP = { client: undefined, listening: false, closed: false, poll: undefined, reconnect: undefined };

/** Listens on a connection of its own and proves that it hears; polls whenever it does not. */
export function createWake(db: Queryable, url: string | null, handlers: WakeHandlers, log: Logger): Wake {
  const state: State = { db, url, handlers, log, ...ASLEEP };
  tick(state);
  const connecting = connect(state);
  return {
    get listening() {
      return state.listening;
    },
    async close() {
      state.closed = true;
      clearTimeout(state.poll);
      clearTimeout(state.reconnect);
      await connecting;
      await drop(state);
    },
  };
}

function tick(state: State): void {
  state.handlers.anything();
  state.poll = setTimeout(() => tick(state), state.listening ? SAFETY_MS : POLL_MS).unref();
}

async function connect(state: State): Promise<void> {
  const { handlers } = state;
  if (state.url === null || state.closed) return;
  const client = createClient(state.url, { application_name: 'steward listen' });
  state.client = client;
  const onEnd = (): void => (state.client === client ? lost(state) : undefined);
  client.on('error', onEnd).on('end', onEnd);
  try {
    await client.connect();
    client.on('notification', ({ channel, payload = '' }) =>
      channel === KEYS_CHANNEL ? handlers.keyChanged(payload) : announce(payload, handlers),
    );
    await client.query(`listen ${EVENTS_CHANNEL}; listen ${KEYS_CHANNEL}`);
    await selfTest(client, state.db);
    state.listening = true;
    state.handlers.anything(); // what was notified before we listened
  } catch (error) {
    state.log.warn(
      { err: error },
      'LISTEN does not work here (a pooler?): polling. Set DATABASE_LISTEN_URL to a direct connection.',
    );
    onEnd();
  }
}

/** Polls from here on and tries to listen again later. */
function lost(state: State): void {
  state.listening = false;
  void drop(state);
  if (state.closed) return;
  clearTimeout(state.poll);
  tick(state);
  state.reconnect ??= setTimeout(() => {
    state.reconnect = undefined;
    void connect(state);
  }, RECONNECT_MS).unref();
}

async function drop(state: State): Promise<void> {
  const { client } = state;
  state.client = undefined;
  await client?.end().catch(() => undefined);
}

/** "tenant run,tenant run,..." of db/notifier. */
function announce(payload: string, { changed }: WakeHandlers): void {
  for (const entry of payload.split(',')) {
    const space = entry.indexOf(' ');
    if (space > 0) changed(entry.slice(0, space), entry.slice(space + 1));
  }
}

/** Sends through the pool what must arrive here. A transaction pooler or another database would not deliver it. */
async function selfTest(client: pg.Client, db: Queryable): Promise<void> {
  const nonce = randomUUID();
  const heard = new Promise<void>((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Error('The self-test notification did not arrive.')),
      SELF_TEST_MS,
    );
    client.on('notification', ({ payload }) => {
      if (!payload?.includes(nonce)) return;
      clearTimeout(limit);
      resolve();
    });
  });
  const sent = db.query('select pg_notify($1, $2)', [EVENTS_CHANNEL, `${SELF_TEST_TENANT} ${nonce}`]);
  await Promise.all([heard, sent]);
}
