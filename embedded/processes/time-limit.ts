import { setTimeout as delay } from 'node:timers/promises';

export const LATE = Symbol('late');

/** The promise's value, or LATE when it takes longer; its timer never keeps the process alive after that. */
export async function within<Value>(
  promise: Promise<Value>,
  milliseconds: number,
): Promise<Value | typeof LATE> {
  const timer = new AbortController();
  const late = delay(milliseconds, LATE, { signal: timer.signal }).catch((): typeof LATE => LATE);
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
