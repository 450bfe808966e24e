import { refusal, type Http } from '../http.ts';

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
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of readAll(response.body)) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = dataOf(block);
      if (data !== '') yield JSON.parse(data) as Frame;
    }
  }
}

/** Not every browser iterates a body by itself. */
async function* readAll(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
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

/** Comments (heartbeats) have no data. */
const dataOf = (block: string): string =>
  block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trim())
    .join('\n');
