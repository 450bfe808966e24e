import { createParser, type EventSourceMessage } from 'eventsource-parser';

export interface FrameReader {
  /** Takes what arrived, cut anywhere, and answers the frames that are complete with it. */
  push(text: string): EventSourceMessage[];
}

/** Throws `RangeError` when one frame grows beyond `maxChars`: a stream must not fill the memory of its reader. */
export function createFrameReader(maxChars: number): FrameReader {
  let frames: EventSourceMessage[] = [];
  let tooLarge = false;
  const parser = createParser({
    maxBufferSize: maxChars,
    onEvent: (frame) => void frames.push(frame),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') tooLarge = true; // fields that it does not know are skipped
    },
  });
  return {
    push(text) {
      parser.feed(text);
      if (tooLarge) throw new RangeError(`an event of more than ${maxChars} characters`);
      const complete = frames;
      frames = [];
      return complete;
    },
  };
}
