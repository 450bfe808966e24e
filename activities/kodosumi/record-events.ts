import { eventKeys } from '../../db/repositories/events.ts';
import { EngineError } from '../../domain/errors.ts';
import type { FlowEvent } from '../../domain/masumi/ports/kodosumi.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { KodosumiDeps } from './tools.ts';

/** Writes the run's events into the job's journal, each once. */
export interface Recorder {
  record(event: FlowEvent): Promise<void>;
  /** Resolves when all of them are written; throws what went wrong. */
  settled(): Promise<void>;
}

const PREFIX = 'kodosumi:';
const MOST = 2000; // events of one run that are kept; the flow's own log has all of them
const LONGEST = 8192; // characters of one event
const IN_FLIGHT = 100;

/**
 * Left out: events that repeat the purchaser's inputs or answers (they may hold passwords), events that only keep the
 * line open, and results, which are shown only when the job is completed (masumi.md section 2).
 */
const WITHHELD: ReadonlySet<string> = new Set(['inputs', 'final', 'result', 'alive', 'eof']);

export async function openRecord({ db, journal }: KodosumiDeps, runId: string): Promise<Recorder> {
  const known = await eventKeys(db.pool, runId, PREFIX);
  let writing: Promise<void>[] = [];
  const settled = async (): Promise<void> => {
    const pending = writing;
    writing = [];
    await Promise.all(pending);
  };
  return {
    settled,
    async record(event) {
      const key = `${PREFIX}${event.id}:${event.event}`;
      if (WITHHELD.has(event.event) || known.has(key) || known.size >= MOST) return;
      known.add(key);
      const appended = journal.append({ runId, events: [toJournal(key, event)] });
      writing.push(appended.catch(ignoreEnded));
      if (writing.length >= IN_FLIGHT) await settled();
    },
  };
}

function toJournal(key: string, { id, event, atMs, data }: FlowEvent): JournalEvent {
  const shown: JsonObject = { id, event, timestamp: atMs, data: shownData(event, data).slice(0, LONGEST) };
  return { key, type: 'step.progress', data: { step: 'flow', kodosumi: shown } };
}

/** Locks and leases are recorded by their id only: forms are asked for elsewhere, and answers are private. */
function shownData(event: string, data: string): string {
  if (event !== 'lock' && event !== 'lease') return data;
  try {
    const { dict } = JSON.parse(data) as { dict?: { name?: unknown; lid?: unknown } };
    return JSON.stringify({ name: dict?.name ?? null, lid: dict?.lid ?? null });
  } catch {
    return '';
  }
}

/** The job ended while its last events came in. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof EngineError && error.code === 'run_finished')) throw error;
}
