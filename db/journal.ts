import type pg from 'pg';
import { EngineError } from '../domain/errors.ts';
import { toStored } from '../domain/exact-json.ts';
import type { JournalEvent, Ride } from '../domain/ports/journal.ts';
import { storableJson } from '../domain/storable.ts';
import type { JsonObject } from '../schemas/core/json.ts';
import type { Queryable } from './ledger.ts';
import { EVENTS_CHANNEL, type Notifier } from './notifier.ts';

/** Writes events of runs. Resolves once they are committed; the same event twice is written once. */
export interface Journal {
  append(ride: Ride): Promise<void>;
}

interface Waiting {
  ride: Ride;
  resolve(): void;
  reject(error: unknown): void;
}

interface AppendedRow {
  run_id: string;
  tenant: string | null;
  written: number;
  refused: number;
}

const LARGEST_GROUP = 100;
const DEEPEST = 256; // levels of an event; services' answers in it have fewer

/**
 * Groups form by themselves: while one write is in flight, everything that arrives becomes the next group (decision 3).
 */
export function createJournal(pool: pg.Pool, notifier: Notifier): Journal {
  const queue: Waiting[] = [];
  let writing = false;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue.splice(0, LARGEST_GROUP);
      try {
        settle(
          group,
          await write(
            pool,
            group.map((waiting) => waiting.ride),
          ),
          notifier,
        );
      } catch (error) {
        await oneByOne(pool, group, error, notifier);
      }
    }
    writing = false;
  };

  return {
    append: (ride) =>
      ride.events.length === 0
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            queue.push({ ride, resolve, reject });
            if (writing) return;
            writing = true;
            setImmediate(() => void drain());
          }),
  };
}

/**
 * Writes events in the transaction of `client`, with what they tell of. It locks the run, so it comes after all other locks.
 * Streams are woken at the commit.
 */
export async function appendIn(client: Queryable, ride: Ride): Promise<void> {
  const [row] = await write(client, [ride]);
  if (row === undefined || row.tenant === null || row.refused > 0) throw refusal(ride, row);
  if (row.written > 0)
    await client.query('select pg_notify($1, $2)', [EVENTS_CHANNEL, `${row.tenant} ${ride.runId}`]);
}

async function write(db: Queryable, rides: Ride[]): Promise<AppendedRow[]> {
  const input = rides.flatMap(({ runId, events }) => events.map((event) => toRow(runId, event)));
  const { rows } = await db.query<AppendedRow>({
    name: 'journal_append',
    text: 'select run_id, tenant, written, refused from journal_append($1::jsonb)',
    values: [JSON.stringify(input)],
  });
  return rows;
}

/** Words of services and models arrive here from everywhere. What cannot be stored must not hold up a run for ever. */
const toRow = (runId: string, event: JournalEvent): JsonObject =>
  toStored(storableJson<JsonObject>({ run_id: runId, ...event }, DEEPEST));

function settle(group: Waiting[], rows: AppendedRow[], notifier: Notifier): void {
  const byRun = new Map(rows.map((row) => [row.run_id, row]));
  for (const row of rows)
    if (row.written > 0 && row.tenant !== null) notifier.changed(row.run_id, row.tenant);
  for (const waiting of group) {
    const row = byRun.get(waiting.ride.runId);
    if (row !== undefined && row.tenant !== null && row.refused === 0) waiting.resolve();
    else waiting.reject(refusal(waiting.ride, row));
  }
}

function refusal(ride: Ride, row: AppendedRow | undefined): EngineError {
  const keys = ride.events.map((event) => event.key).join(', ');
  return row === undefined || row.tenant === null
    ? new EngineError('run_not_found', `Run ${ride.runId} has no row; its events (${keys}) were not written.`)
    : new EngineError(
        'run_finished',
        `Run ${ride.runId} has ended; events after its end (${keys}) were refused.`,
      );
}

/**
 * After a group failed as a whole, its members are tried one by one, so that one bad append never fails its neighbours.
 */
async function oneByOne(pool: pg.Pool, group: Waiting[], error: unknown, notifier: Notifier): Promise<void> {
  if (group.length === 1 || !isData(error)) {
    for (const waiting of group) waiting.reject(error);
    return;
  }
  for (const waiting of group) {
    try {
      settle([waiting], await write(pool, [waiting.ride]), notifier);
    } catch (failure) {
      waiting.reject(failure);
    }
  }
}

/** SQLSTATE classes 22, 23 and 54: this data cannot be stored, whatever sends it. */
function isData(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^(22|23|54)/.test(code);
}
