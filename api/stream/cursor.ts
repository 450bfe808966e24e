import type { EventRow } from '../../db/repositories/events.ts';
import { invalidCursor } from '../http/paging.ts';
import type { StreamRoute, StreamSubject } from './define-stream.ts';

/** Positions on a run are plain numbers; on a feed they are opaque. */
export function writePosition(topic: StreamRoute['topic'], row: Pick<EventRow, 'seq' | 'feed_pos'>): string {
  return topic === 'runs' ? String(row.seq) : feedCursor(row.feed_pos);
}

export const feedCursor = (position: number): string => Buffer.from(`feed ${position}`).toString('base64url');

export function readFeedCursor(text: string): number {
  const match =
    text === '0' ? ['', '0'] : /^feed (\d{1,15})$/.exec(Buffer.from(text, 'base64url').toString('utf8'));
  if (!match?.[1]) throw invalidCursor();
  return Number(match[1]);
}

/** `Last-Event-ID` wins: a browser that reconnects keeps the URL it began with. Without either: live. */
export function readPosition(
  topic: StreamRoute['topic'],
  subject: StreamSubject,
  query: Readonly<Record<string, string>>,
  lastEventId: string | undefined,
): number {
  const given = lastEventId || query['after'];
  if (given === undefined) return subject.last;
  if (topic === 'runs' && !/^\d{1,9}$/.test(given)) throw invalidCursor();
  const position = topic === 'runs' ? Number(given) : readFeedCursor(given);
  if (position > subject.last) throw invalidCursor();
  return position;
}
