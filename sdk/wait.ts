/** Waits, unless `signal` is aborted first; then throws its reason. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', aborted, { once: true });
    function done(): void {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }
    function aborted(): void {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    }
  });
}

/** Milliseconds before try n+1: 250, 500, 1000... up to 10 s, plus up to 30 %. */
export const backoff = (attempt: number): number =>
  Math.min(250 * 2 ** (attempt - 1), 10_000) * (1 + 0.3 * Math.random());
