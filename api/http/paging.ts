import { z } from 'zod';
import { ApiError } from '../problem.ts';

/** Where a newest-first list goes on: after this time and id. */
export interface PagePosition {
  at: Date;
  id: string;
}

const LATEST = Date.UTC(9999, 11, 31);

/** Opaque to clients: base64url of the last row's time and id. */
export function writeCursor({ at, id }: PagePosition): string {
  return Buffer.from(`${at.getTime()} ${id}`).toString('base64url');
}

export function readCursor(cursor: string | undefined): PagePosition | undefined {
  if (cursor === undefined) return undefined;
  const [at = '', id = ''] = decodeCursor(cursor, /^(\d{1,15}) ([^\0]{1,300})$/);
  if (Number(at) > LATEST) throw invalidCursor();
  return { at: new Date(Number(at)), id };
}

/** The groups of the pattern. Every cursor is opened here, so that none reaches the database as something else. */
export function decodeCursor(cursor: string, pattern: RegExp): string[] {
  const match = pattern.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw invalidCursor();
  return match.slice(1);
}

export const invalidCursor = (): ApiError =>
  new ApiError('invalid_cursor', 'The cursor is not one that this list gave out; start without a cursor.', {
    errors: [{ path: 'cursor', message: 'Not a cursor of this list.', code: 'invalid_cursor' }],
  });

/** A whole number in a query: text on the wire, described as the integer it means. */
export const WholeNumber = (usual: number, least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'Must be a whole number.')
    .transform(Number)
    .pipe(z.number().min(least, `Must be at least ${least}.`).max(most, `Must be at most ${most}.`))
    .default(usual)
    .meta({
      override({ jsonSchema }) {
        delete jsonSchema.pattern;
        Object.assign(jsonSchema, { type: 'integer', minimum: least, maximum: most, default: usual });
      },
    });

/** `limit` and `cursor` of a list; whole numbers from 1 to `most`. */
export const PageQuery = (usual: number, most: number) =>
  z.object({ limit: WholeNumber(usual, 1, most), cursor: z.string().max(600).optional() });

/** Cuts the row that was read too many, which only tells that there are more. */
export function page<Row>(
  rows: Row[],
  limit: number,
  position: (row: Row) => PagePosition,
): { rows: Row[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown,
    next: rows.length > limit && last !== undefined ? writeCursor(position(last)) : null,
  };
}
