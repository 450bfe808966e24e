import { expect, it } from 'vitest';
import { page, readCursor, writeCursor } from './paging.ts';

it('writes cursors that it reads back', () => {
  const position = { at: new Date('2026-01-02T03:04:05.678Z'), id: 'run 1' };
  expect(readCursor(writeCursor(position))).toEqual(position);
  expect(readCursor(undefined)).toBeUndefined();
});

it.each(['', 'x', 'MSA', Buffer.from('999999999999999 x').toString('base64url')])(
  'refuses the cursor %j',
  (cursor) => {
    expect(() => readCursor(cursor)).toThrow(/cursor/);
  },
);

it('names a next page only when there is one', () => {
  const rows = [1, 2, 3].map((n) => ({ at: new Date(n), id: String(n) }));
  expect(page(rows, 3, (row) => row)).toEqual({ rows, next: null });
  expect(page(rows, 2, (row) => row)).toEqual({ rows: rows.slice(0, 2), next: writeCursor(rows[1]!) });
});
