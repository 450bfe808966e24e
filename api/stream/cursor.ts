import type { EventRow } from '../../db/repositories/events.ts';
import { decodeCursor, invalidCursor } from '../http/paging.ts';
import type { StreamRoute, StreamSubject } from './define-stream.ts';

/** Positions on a run are plain numbers; on a feed they are opaque. */
export const positionOf = (topic: StreamRoute['topic'], row: Pick<EventRow, 'seq' | 'feed_pos'>): string =>
  writePosition(topic, topic === 'runs' ? row.seq : row.feed_pos);

export const writePosition = (topic: StreamRoute['topic'], position: number): string =>
  topic === 'runs' ? String(position) : feedCursor(position);

export const feedCursor = (position: number): string => Buffer.from(`feed ${position}`).toString('base64url');

export function readFeedCursor(text: string): number {
  return text === '0' ? 0 : Number(decodeCursor(text, /^feed (\d{1,15})$/)[0]);
}

/** Where a stream goes on after. `isGiven` is false for a client that names no position: it begins live. */
export interface Position {
  after: number;
  isGiven: boolean;
}

/** `Last-Event-ID` wins: a browser that reconnects keeps the URL it began with. */
export function readPosition(
  topic: StreamRoute['topic'],
  subject: StreamSubject,
  query: Readonly<Record<string, string>>,
  lastEventId: string | undefined,
): Position {
  const given = lastEventId || query['after'];
  if (given === undefined) return { after: subject.last, isGiven: false };
  if (topic === 'runs' && !/^\d{1,9}$/.test(given)) throw invalidCursor();
  const position = topic === 'runs' ? Number(given) : readFeedCursor(given);
  if (position > subject.last) throw invalidCursor();
  return { after: position, isGiven: true };
}
