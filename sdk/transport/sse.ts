import { EventSourceParserStream } from 'eventsource-parser/stream';
import { parsed, refusal, type Http } from '../http.ts';

/** One frame of a stream, as JSON. */
export type Frame = Record<string, unknown> & { type: string };

/** Frames of one connection over server-sent events; ends when the server ends it. Refusals are thrown. */
export async function* openEvents(http: Http, path: string, signal?: AbortSignal): AsyncGenerator<Frame> {
  const send = http.options.fetch ?? globalThis.fetch.bind(globalThis);
  const response = await send(http.url(path), {
    headers: { ...http.headers(), accept: 'text/event-stream' },
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok || response.body === null) throw refusal(response, await response.text());
  const frames = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { data } of readAll(frames)) yield parsed(http.options, data) as Frame;
}

/** Not every browser iterates a stream by itself. */
async function* readAll<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
