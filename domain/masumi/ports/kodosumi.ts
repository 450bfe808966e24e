import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import type { FormErrors } from './forms.ts';

export type { FormErrors };

/** A flow as Kodosumi lists it (masumi.md section 4, "Flows"). `url` is its path at Kodosumi, with the leading slash. */
export interface KodosumiFlow {
  uid: string;
  url: string;
  summary: string | null;
  description: string | null;
  author: string | null;
  organization: string | null;
  tags: string[];
}

/** One element of a form as Kodosumi describes it. `type` decides which of the other members exist. */
export type FormElement = JsonObject;

/** A flow's own description (GET {url}). */
export interface FlowSchema {
  summary: string | null;
  description: string | null;
  tags: string[];
  /** `x-version`, `x-author`... */
  extra: JsonObject;
  elements: FormElement[];
}

export type LaunchOutcome = { kind: 'launched'; fid: string } | { kind: 'rejected'; errors: FormErrors };

/** The form of a lock was taken, or refused (the lock stays), or the lock no longer exists. */
export type LockOutcome = { kind: 'taken' } | { kind: 'rejected'; errors: FormErrors } | { kind: 'gone' };

export type FlowState = 'starting' | 'running' | 'awaiting' | 'finished' | 'error';

/** A run of a flow. `final` is the text Kodosumi gives, not yet read; `locks` are the ids of open locks. */
export interface FlowStatus {
  fid: string;
  status: FlowState;
  final: string | null;
  locks: string[];
}

/**
 * One event of a run's stream. Reconnecting repeats all of them; ids tell them apart. `alive` (every few seconds of
 * quiet) and `eof` have the id 0; `atMs` is null for `eof`. The order of `lock` events is the only one locks have.
 */
export interface FlowEvent {
  id: string;
  event: string;
  atMs: number | null;
  data: string;
}

/** A launch to look for after an answer was lost. */
export interface LostLaunch {
  url: string;
  inputs: JsonObject;
  /** Fields of files. A run records the names of files, which a lost answer does not tell. */
  files?: readonly string[];
  /** Runs that began before this are not the one (ms since epoch, our clock; allow for another clock's difference). */
  sinceMs: number;
  /** Runs that are known to belong to other jobs. */
  taken: (fid: string) => Promise<boolean>;
}

/** A file to hand over; `bytes` are read once. */
export interface FlowFile {
  filename: string;
  bytes: Uint8Array;
}

/**
 * Kodosumi 1.1.0 as the masumi family uses it (masumi.md section 4). Every method signs in by itself, and again when a
 * session ran out. All throw `KodosumiError` for what Kodosumi refuses, and when it cannot be reached.
 */
export interface Kodosumi {
  /** All pages; each url once. */
  flows(signal?: AbortSignal): Promise<KodosumiFlow[]>;
  /** Undefined when there is no such flow. */
  schema(url: string): Promise<FlowSchema | undefined>;
  /** Throws with `unknown: true` when the run may have started: then look with `findLaunched`, never launch blindly. */
  launch(url: string, inputs: JsonObject, signal?: AbortSignal): Promise<LaunchOutcome>;
  /** One look. A run is listed only once it has begun, seconds after its launch, so ask again before giving up. */
  findLaunched(lost: LostLaunch): Promise<string | undefined>;
  /**
   * Undefined while Kodosumi does not know the run yet, or no longer. Throws `KodosumiTooLargeError` for a result over the
   * limit, or for any answer over `mostBytes` where that is given.
   */
  status(fid: string, mostBytes?: number): Promise<FlowStatus | undefined>;
  /** Text of the failure of a run that ended in `error`: the last line of its traceback. */
  failure(fid: string): Promise<string>;
  /** The form of a lock; undefined when it is gone. */
  lock(fid: string, lid: string): Promise<FormElement[] | undefined>;
  answerLock(fid: string, lid: string, inputs: JsonObject): Promise<LockOutcome>;
  /**
   * Ends and archives the run. A run that is gone already is fine. Waits some seconds for one that was launched just
   * now.
   */
  kill(fid: string): Promise<void>;
  /**
   * Uploads the files of one field and answers the form value that names them. `taken` has the names that other fields of
   * the form use, and gets those of these files.
   */
  upload(files: readonly FlowFile[], taken?: Set<string>): Promise<string>;
  /** Moves what was uploaded, by its form value, to a run. What is there already stays as it is. */
  deliver(fid: string, upload: string): Promise<void>;
  /** From the beginning until after `eof`, or quietly until the signal. Throws on 30 s of silence or a broken connection. */
  events(fid: string, signal: AbortSignal): AsyncIterable<FlowEvent>;
  /** Can it be reached, and do the credentials work? */
  isHealthy(): Promise<boolean>;
}

/** The parts of `final` that Kodosumi's result class decides (masumi.md section 4, "Status"). */
export interface FlowResult {
  /** Name of the class; null when there was none. */
  kind: string | null;
  output: string;
  final: Json;
}
