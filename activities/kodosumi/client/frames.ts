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
  let unended: string[] = [];
  let length = 0;
  /** The parser reads an unended line again with each piece, which for a large one takes minutes. It gets whole lines. */
  const feed = (text: string): void => {
    unended.push(text);
    length += text.length;
    if (length > maxChars) tooLarge = true;
    else if (/[\r\n]/.test(text)) {
      parser.feed(unended.join(''));
      unended = [];
      length = 0;
    }
  };
  return {
    push(text) {
      feed(text);
      if (tooLarge) throw new RangeError(`an event of more than ${maxChars} characters`);
      const complete = frames;
      frames = [];
      return complete;
    },
  };
}
