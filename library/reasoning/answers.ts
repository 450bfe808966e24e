import { StewardError } from '../../sdk/errors.ts';

const LARGEST_PAGE = 100;

/** What does not exist is null. */
export async function nullIfMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StewardError && error.status === 404) return null;
    throw error;
  }
}

/** Up to `limit` items, page after page. */
export async function pages<T>(
  limit: number,
  read: (page: { limit: number; cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  while (all.length < limit) {
    const size = Math.min(limit - all.length, LARGEST_PAGE);
    const { items, nextCursor } = await read({ limit: size, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...items);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return all;
}
