const LARGEST_ANSWER = 8 * 1024 * 1024; // bytes; the longest plans have some hundred thousand

/** The answer in place of a model's is larger than any plan. */
export class TooLarge extends Error {}

/** `fetch` whose bodies end in an error when they are too large: what stands before a model may answer anything. */
export const fetchBounded: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.body === null) return response;
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(upTo(LARGEST_ANSWER)), { status, statusText, headers });
};

function upTo(most: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > most) controller.error(new TooLarge('The planning model answered with more than 8 MiB.'));
      else controller.enqueue(chunk);
    },
  });
}
