import type { EventRow } from '../../db/repositories/events.ts';
import type { StreamRoute } from './define-stream.ts';
import { positionOf } from './cursor.ts';

/** An event's bytes, made once for everyone who listens to the same stream. */
export interface Encoded {
  json: Buffer;
  sse: Buffer;
}

const cache = new WeakMap<EventRow, Map<StreamRoute, Encoded | null>>();

export function encodeEvent(stream: StreamRoute, row: EventRow): Encoded | null {
  let encodings = cache.get(row);
  if (encodings === undefined) cache.set(row, (encodings = new Map()));
  let encoded = encodings.get(stream);
  if (encoded === undefined) encodings.set(stream, (encoded = encode(stream, row)));
  return encoded;
}

function encode(stream: StreamRoute, row: EventRow): Encoded | null {
  const frame = stream.translate.event(row);
  if (frame === undefined) return null;
  const json = JSON.stringify(frame);
  return {
    json: Buffer.from(json),
    sse: Buffer.from(sseText(json, frame.type, positionOf(stream.topic, row))),
  };
}

/** JSON has no line breaks, so one data line is enough. */
export function sseText(json: string, type: string, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${json}\n\n`;
}

const TERMINAL = new Set(['run.completed', 'run.failed', 'run.cancelled']);

/** Nothing follows these on a run. */
export const isLast = (stream: StreamRoute, row: EventRow): boolean =>
  stream.topic === 'runs' && TERMINAL.has(row.type);
