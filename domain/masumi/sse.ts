/** One frame of a stream of server-sent events. `data` joins its data lines with `\n`. */
export interface SseFrame {
  id: string;
  event: string;
  data: string;
}

export interface SseParser {
  /** Takes what arrived, cut anywhere, and answers the frames that are complete now. */
  push(text: string): SseFrame[];
}

/**
 * Reads server-sent events piece by piece. Lines end in CRLF, LF or CR; comments and unknown fields are skipped. Throws
 * `RangeError` when one frame grows beyond `maxChars`: a stream must not fill the memory of its reader.
 */
export function createSseParser(maxChars: number): SseParser {
  let heldBack = ''; // a CR at the end of a piece: its LF may come with the next
  let line: string[] = [];
  let frame: FrameLines = emptyFrame();
  let size = 0;
  return {
    push(text) {
      const all = heldBack + text;
      heldBack = all.endsWith('\r') ? '\r' : '';
      const [first = '', ...rest] = (heldBack === '' ? all : all.slice(0, -1)).split(/\r\n|\n|\r/);
      size += text.length;
      line.push(first);
      const frames: SseFrame[] = [];
      for (const next of rest) {
        const complete = line.join('');
        line = [next];
        if (complete !== '') {
          readLine(frame, complete);
          continue;
        }
        if (frame.data.length > 0) frames.push({ ...frame, data: frame.data.join('\n') });
        frame = emptyFrame();
        size = next.length;
      }
      if (size > maxChars) throw new RangeError(`an event of more than ${maxChars} characters`);
      return frames;
    },
  };
}

interface FrameLines {
  id: string;
  event: string;
  data: string[];
}

const emptyFrame = (): FrameLines => ({ id: '', event: 'message', data: [] });

function readLine(frame: FrameLines, line: string): void {
  const colon = line.indexOf(':');
  const field = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (field === 'data') frame.data.push(value);
  else if (field === 'id') frame.id = value;
  else if (field === 'event') frame.event = value;
}
