import type pg from 'pg';

/** Channel on which processes tell each other which runs have new events: "tenant run,tenant run,...". */
export const EVENTS_CHANNEL = 'steward_events';

const LARGEST_PAYLOAD = 7500; // PostgreSQL refuses notifications of 8000 bytes and more

/** Wakes the event hubs of all API processes after a commit, at most once per interval. */
export interface Notifier {
  changed(runId: string, tenant: string): void;
  close(): Promise<void>;
}

export function createNotifier(pool: pg.Pool, intervalMs = 20): Notifier {
  let dirty = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let last = 0;
  let sending: Promise<void> = Promise.resolve();

  const send = async (entries: string[]): Promise<void> => {
    for (const payload of payloads(entries))
      await pool.query('select pg_notify($1, $2)', [EVENTS_CHANNEL, payload]).catch(() => undefined); // hubs also poll
  };
  const fire = (): void => {
    timer = undefined;
    last = Date.now();
    const entries = [...dirty];
    dirty = new Set();
    sending = sending.then(() => send(entries));
  };

  return {
    changed(runId, tenant) {
      dirty.add(`${tenant} ${runId}`);
      timer ??= setTimeout(fire, Math.max(0, last + intervalMs - Date.now()));
    },
    async close() {
      clearTimeout(timer);
      if (dirty.size > 0) fire();
      await sending;
    },
  };
}

function* payloads(entries: string[]): Generator<string> {
  let payload = '';
  for (const entry of entries) {
    if (payload.length + entry.length + 1 > LARGEST_PAYLOAD) {
      yield payload;
      payload = '';
    }
    payload += payload === '' ? entry : `,${entry}`;
  }
  if (payload !== '') yield payload;
}
