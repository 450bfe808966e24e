const LARGEST_ANSWER = 8 * 1024 * 1024; // bytes; the longest plans have some hundred thousand

/** The answer in place of a model's is larger than any that a model gives. */
export class TooLarge extends Error {}

/** The bytes of an answer, and an error when there are too many: what stands before a model may answer anything. */
export async function* boundBytes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_ANSWER) throw new TooLarge('The answer has more than 8 MiB.');
    yield chunk;
  }
}

/** `fetch` whose bodies end in an error when they are too large. */
export const fetchBounded: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.body === null) return response;
  const { status, statusText, headers } = response;
  return new Response(ReadableStream.from(boundBytes(response.body)), { status, statusText, headers });
};
