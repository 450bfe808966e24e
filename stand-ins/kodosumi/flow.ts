import type { FormElement, FormErrors } from '../../domain/masumi/ports/kodosumi.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';

/** What a run of a flow is given. */
export interface FlowContext {
  fid: string;
  /**
   * Inputs as Kodosumi hands them over: every named element, null where nothing was posted; checkboxes true or false.
   */
  inputs: JsonObject;
  /** The files of the run's folder `in`, as they arrive. */
  files: { filename: string; bytes: Uint8Array }[];
  /** Ends with the run when somebody kills it. */
  signal: AbortSignal;
  /** An event of the run: `result`, `action`, `stdout`... Text goes as it is, any other value as `show` makes it. */
  say(event: string, data: string | Shown): void;
  /** Waits for a person's answer to a form; throws when it expires (default: 3 hours). */
  lock(name: string, elements: FormElement[], expiresMs?: number, data?: JsonObject | null): Promise<Json>;
  sleep(ms: number): Promise<void>;
}

/** A value under the name of its Python class, as Kodosumi serializes it: `{"Markdown": {"body": "..."}}`. */
export type Shown = { [kind: string]: Json };

/** What the flow does with an answer to a lock. Null leaves the lock as it is. */
export type Lease = (
  inputs: JsonObject,
  data: JsonObject | null,
) => { errors: FormErrors } | { result: Json };

/** A flow of the stand-in: a form, and what runs when it is posted. */
export interface StandInFlow {
  /** `/-/host/port/app/-/name`, with the leading slash. */
  url: string;
  summary: string;
  description?: string;
  author?: string;
  organization?: string;
  version?: string;
  tags?: string[];
  elements: FormElement[];
  /** Errors by field refuse the launch; undefined lets it run. */
  validate?(inputs: JsonObject): FormErrors | undefined;
  /** Leases by the name of the lock. A lock without one takes any answer. */
  leases?: { [lock: string]: Lease };
  run(context: FlowContext): Promise<Shown>;
}

/** Fails a flow as Kodosumi's own error does: its text is the run's `final`. */
export class FlowFailure extends Error {
  override readonly name = 'kodosumi.error.KodosumiError';
}

export const markdown = (body: string): Shown => ({ Markdown: { body } });
export const html = (body: string): Shown => ({ HTML: { body } });

/** A value and the name that Python gives its class. */
export function show(value: Json): Shown {
  if (value === null) return { TypeError: 'None' };
  if (Array.isArray(value)) return { __list__: value.map(show) };
  if (typeof value === 'string') return { str: value };
  if (typeof value === 'boolean') return { bool: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { int: value } : { float: value };
  return { dict: value };
}
