import type { z } from 'zod';
import type { EventRow } from '../../db/repositories/events.ts';
import type { Ctx } from '../context.ts';
import type { Route } from '../route.ts';

/** What a stream is about: a run, or a tenant's feed. */
export interface StreamSubject {
  /** Run id, or tenant. */
  key: string;
  /** The last position that is committed: `last_seq` or the feed's position. */
  last: number;
  /** A finished run's stream ends once everything was sent. */
  finished: boolean;
  /** False for events that this caller must not see; absent when all are for them. */
  sees?(row: EventRow): boolean;
}

/** A JSON object as it goes over the wire. Feeds and families word it; numbers of money come from `rawNumber`. */
export type Frame = Readonly<Record<string, unknown>>;

/** How a stream words what it sends. */
export interface Translator<S> {
  /** First frame, if there is one; `after` is the position that events will follow. */
  connected?(subject: S, after: number): Frame;
  /** One event. `type` becomes the SSE event name. Undefined keeps it off this stream. */
  event(row: EventRow): (Frame & { type: string }) | undefined;
}

export interface Message extends Record<string, unknown> {
  type: string;
  id?: unknown;
}

export interface StreamSpec<S extends StreamSubject> {
  /** Express syntax; only whole segments are parameters. */
  path: string;
  summary: string;
  description?: string;
  tags: readonly string[];
  topic: 'runs' | 'feeds';
  /** Finds the subject among the caller's own; undefined is answered with `missing`. */
  load(ctx: Ctx, params: Readonly<Record<string, string>>): Promise<S | undefined>;
  missing: { code: string; detail: string };
  translate: Translator<S>;
  /** The shape of event frames, for the documentation. */
  schema: z.ZodType;
  /** Answers GETs that ask for neither WebSocket nor SSE; without it they get 426. */
  page?: Route;
  /** Takes what clients send on the WebSocket; what it answers is sent with the ack. */
  receive?(ctx: Ctx, subject: S, message: Message): Promise<Frame | undefined>;
}

/** A stream as the application mounts it. */
export interface StreamRoute extends Omit<StreamSpec<StreamSubject>, 'translate' | 'receive'> {
  translate: Translator<StreamSubject>;
  receive?(ctx: Ctx, subject: StreamSubject, message: Message): Promise<Frame | undefined>;
}

/** One record for WebSocket and SSE, resumable, gap-free and without repeats. */
export function defineStream<S extends StreamSubject>(spec: StreamSpec<S>): StreamRoute {
  // The subject that `load` returned is the one handed to the other functions.
  return spec;
}
