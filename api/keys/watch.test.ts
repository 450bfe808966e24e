import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { Queryable } from '../../db/ledger.ts';
import type { KeyRow } from '../../db/repositories/keys.ts';
import type { Principal, Scope } from '../../schemas/core/principal.ts';
import type { ApiError } from '../problem.ts';
import { createKeyWatch } from './watch.ts';

const NEVER_MS = 3_600_000;
const log = pino({ level: 'silent' });

const principal = (keyId: string, scopes: Scope[] = ['read']): Principal => ({
  kind: 'key',
  tenant: 'default',
  subject: 'user-1',
  scopes,
  keyId,
  operator: false,
});
const row = (prefix: string, more: Partial<KeyRow> = {}): KeyRow => ({
  prefix,
  secret_hash: 'x',
  tenant: 'default',
  subject: 'user-1',
  scopes: ['read'],
  revoked: false,
  expired: false,
  ...more,
});

/** A fake table of keys that records each look. */
function table(rows: KeyRow[]) {
  const asked: string[][] = [];
  const query = vi.fn(async ({ values }: { values: [string[]] }) => {
    asked.push(values[0]);
    return { rows: rows.filter(({ prefix }) => values[0].includes(prefix)) };
  });
  return { db: { query } as unknown as Queryable, asked, rows, query };
}
const codes = (ends: ApiError[]): string[] => ends.map(({ code }) => code);

describe('what is open under a key', () => {
  it('ends once, with the reason, when a notification says that its key changed', async () => {
    const { db, rows } = table([row('a')]);
    const watch = createKeyWatch(db, log, NEVER_MS);
    const ends: ApiError[] = [];
    watch.watch(principal('a'), (reason) => ends.push(reason));
    Object.assign(rows[0]!, { revoked: true });
    watch.changed('a');
    await expect.poll(() => codes(ends)).toEqual(['unauthorized']);
    watch.changed('a');
    await new Promise(setImmediate);
    expect(ends).toHaveLength(1);
  });

  it('ends even when no notification arrives', async () => {
    const { db, rows } = table([row('a')]);
    const ends: ApiError[] = [];
    createKeyWatch(db, log, 5).watch(principal('a'), (reason) => ends.push(reason));
    Object.assign(rows[0]!, { expired: true });
    await expect.poll(() => codes(ends)).toEqual(['unauthorized']);
  });

  it.each<[string, Scope[], Partial<KeyRow> | undefined, string[]]>([
    ['as it is', ['read'], {}, []],
    ['allowed more', ['read'], { scopes: ['read', 'approve', 'admin'] }, []],
    ['less than it was, but enough to read', ['read', 'operate'], { scopes: ['read'] }, []],
    ['no reader any more', ['read'], { scopes: ['approve'] }, ['forbidden']],
    ['no admin any more', ['admin'], { scopes: ['read'] }, ['forbidden']],
    ['an admin of another subject', ['admin'], { scopes: ['admin'], subject: 'b' }, []],
    ['another subject’s', ['read'], { subject: 'b' }, ['forbidden']],
    ['another tenant’s', ['admin'], { scopes: ['admin'], tenant: 'b' }, ['forbidden']],
    ['gone', ['read'], undefined, ['unauthorized']],
  ])('is judged by what it would see now: %s', async (_what, scopes, now, expected) => {
    const { db, query } = table(now === undefined ? [] : [row('a', now)]);
    const watch = createKeyWatch(db, log, NEVER_MS);
    const ends: ApiError[] = [];
    watch.watch(principal('a', scopes), (reason) => ends.push(reason));
    watch.changed('a');
    await expect.poll(() => query.mock.settledResults.length).toBe(1);
    await new Promise(setImmediate);
    expect(codes(ends)).toEqual(expected);
  });

  it('costs one statement for all keys that changed together, and none for keys with nothing open', async () => {
    const { db, asked } = table([row('a'), row('b')]);
    const watch = createKeyWatch(db, log, NEVER_MS);
    for (const keyId of ['a', 'a', 'b']) watch.watch(principal(keyId), () => undefined);
    const leave = watch.watch(principal('c'), () => undefined);
    leave();
    for (const keyId of ['a', 'b', 'c', 'd', 'a']) watch.changed(keyId);
    await expect.poll(() => asked).toEqual([['a', 'b']]);
  });

  it('stays while the database does not answer, and ends once it does', async () => {
    const { db, rows, query } = table([row('a')]);
    query.mockRejectedValueOnce(new Error('down'));
    const ends: ApiError[] = [];
    createKeyWatch(db, log, 5).watch(principal('a'), (reason) => ends.push(reason));
    await expect.poll(() => query.mock.calls.length).toBeGreaterThan(1);
    expect(ends).toEqual([]);
    Object.assign(rows[0]!, { revoked: true });
    await expect.poll(() => codes(ends)).toEqual(['unauthorized']);
  });

  it('is not watched when a setting or this machine vouches for it', () => {
    const { db, query } = table([]);
    const watch = createKeyWatch(db, log, NEVER_MS);
    for (const kind of ['bootstrap', 'local'] as const)
      watch.watch({ ...principal('bootstrap'), kind }, () => expect.unreachable());
    watch.changed('bootstrap');
    expect(query).not.toHaveBeenCalled();
  });
});
