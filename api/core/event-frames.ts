import type { EventRow } from '../../db/repositories/events.ts';
import type { FeedEvent, RunEvent } from '../../schemas/core/event.ts';
import { feedCursor } from '../stream/cursor.ts';

export const toRunEvent = ({ run_id, seq, type, data, at }: EventRow): RunEvent => ({
  run_id,
  seq,
  type,
  data,
  at: at.toISOString(),
});

export const toFeedEvent = (row: EventRow): FeedEvent => ({
  ...toRunEvent(row),
  family: row.family,
  cursor: feedCursor(row.feed_pos),
});
