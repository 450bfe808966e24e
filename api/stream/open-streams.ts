import { ApiError } from '../problem.ts';

export type OpenStreams = (caller: string, gone: AbortSignal) => void;

/** Counts the open streams of each caller; throws when the caller has `most` of them. */
export function countStreams(most: number): OpenStreams {
  const open = new Map<string, number>();
  return (caller, gone) => {
    const count = open.get(caller) ?? 0;
    if (count >= most)
      throw new ApiError(
        'too_many_streams',
        `${most} streams are open already; close some first (MAX_STREAMS_PER_KEY).`,
      );
    if (gone.aborted) return;
    open.set(caller, count + 1);
    const leave = (): void => {
      const left = open.get(caller)! - 1;
      if (left === 0) open.delete(caller);
      else open.set(caller, left);
    };
    gone.addEventListener('abort', leave, { once: true });
  };
}
