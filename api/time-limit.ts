/** What `inTime` answers for work that took longer. */
export const LATE = Symbol('late');

/** What the work answers, or LATE when it takes longer than `ms`. Its timer does not outlive it. */
export async function inTime<T>(work: T | Promise<T>, ms: number): Promise<T | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof LATE>((settle) => (timer = setTimeout(() => settle(LATE), ms)));
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
