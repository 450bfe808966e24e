import { ApplicationFailure, log, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import type { SignalDefinition } from '@temporalio/common';
import type { RefusalCode } from '../../domain/messages.ts';
import type { Guard } from '../../domain/messages/read.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import type { RunJournal } from './journal.ts';

/** Tells of messages that were ignored, and of no more than `MOST_TOLD` in a run: a flood must not fill its journal. */
export interface Ignored {
  tell(event: JournalEvent): void;
}

const MOST_TOLD = 20;

export function createIgnored(journal: Pick<RunJournal, 'emit'>): Ignored {
  const told = new Set<string>();
  return {
    tell(event) {
      if (told.has(event.key) || told.size > MOST_TOLD) return;
      told.add(event.key);
      if (told.size <= MOST_TOLD) journal.emit(event);
      else
        journal.emit({
          key: 'message.ignored:more',
          type: 'message.ignored',
          data: {
            code: 'too_many',
            message: `More than ${MOST_TOLD} messages to this run were ignored; the others are not told.`,
          },
        });
    },
  };
}

/** What taking messages needs of a run. */
export interface Hearer {
  readonly journal: RunJournal;
  readonly ignored: Ignored;
}

interface Taker<T> {
  guard: Guard<T>;
  take(message: T): Promise<void> | void;
  /** The event that says why a message was ignored. `message` is what came, whatever that is. */
  ignored?: (failure: ApplicationFailure, message: unknown) => JournalEvent;
  description: string;
}

/**
 * Takes a signal. Whoever signals has no answer, and may send anything by hand: what cannot be read, and what is refused, is told
 * among the run's events and changes nothing. No error leaves the handler, because Temporal would end the workflow with it, or
 * repeat its task for ever.
 */
export function takeSignal<T>(
  run: Hearer,
  signal: SignalDefinition<[unknown?]>,
  { guard, take, ignored = (failure) => toIgnored(signal.name, failure), description }: Taker<T>,
): void {
  const handle = async (message: unknown = {}): Promise<void> => {
    try {
      await take(mustRead(guard, message));
    } catch (error) {
      run.ignored.tell(ignored(asFailure(error), message));
    }
    // Nothing else may be due for a long time. What cannot be written now rides on a later activity.
    await run.journal.flush().catch(() => undefined);
  };
  setHandler(signal, handle, { description });
}

/** Signals that this run does not know. Call it after all others are handled: Temporal hands over at once what came before. */
export function ignoreOtherSignals(run: Hearer): void {
  setDefaultSignalHandler(async (name) => {
    const why = refusal('validation_failed', 'This run takes no such signal.');
    run.ignored.tell(toIgnored(name, why));
    await run.journal.flush().catch(() => undefined);
  });
}

/** Reads a message, or refuses it as validators of updates do. */
export function mustRead<T>(guard: Guard<T>, message: unknown): T {
  const read = guard(message);
  if (read.ok) return read.value;
  throw refusal('validation_failed', `The message cannot be read: ${`it ${read.problem}`.slice(0, 500)}.`);
}

export const refusal = (code: RefusalCode, message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, code);

const LONGEST_NAME = 100;

function toIgnored(name: string, { type, message }: ApplicationFailure): JournalEvent {
  const signal = name.slice(0, LONGEST_NAME);
  const code = type ?? 'refused';
  return {
    key: `message.ignored:${signal}:${code}`,
    type: 'message.ignored',
    data: { signal, code, message },
  };
}

function asFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  log.error('a message could not be carried out', { error });
  const message = error instanceof Error ? error.message : String(error);
  return ApplicationFailure.nonRetryable(message.slice(0, 1000), 'refused');
}
