import type { EventSourceMessage } from 'eventsource-parser';
import type { FlowEvent } from '../../../domain/masumi/ports/kodosumi.ts';

const STAMPED = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?):/i;

/** A frame of Kodosumi's stream as an event. Its data is `<unix seconds>:<message>`; only that of `eof` has no time. */
export function readFlowEvent({ id = '', event = 'message', data }: EventSourceMessage): FlowEvent {
  const stamp = event === 'eof' ? null : STAMPED.exec(data);
  if (stamp === null) return { id, event, atMs: null, data };
  const [prefix, seconds] = stamp;
  return { id, event, atMs: Math.round(Number(seconds) * 1000), data: data.slice(prefix.length) };
}

/** The conclusion of a traceback: its last line that is not blank. */
export function lastLine(traceback: string): string | undefined {
  return traceback
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .findLast((line) => line !== '');
}
