import { LIMIT_IDLE } from '../connections.ts';
import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { toStored } from '../../domain/exact-json.ts';
import { storableJson, storableText } from '../../domain/storable.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { Attention } from '../entities.ts';
import type { Queryable } from '../ledger.ts';
import { notHidden, type Hidden } from './hidden.ts';
import type { After } from './run-lists.ts';

/** Something that a person must look at. `id` names its cause, so raising it twice opens one item. */
export interface AttentionItem {
  id: string;
  tenant: string;
  kind: string;
  runId: string | null;
  detail: string;
  data?: JsonObject;
  /**
   * The cause may come back. Then an item that closed with its cause is opened again, but not one that a person closed.
   */
  recurs?: boolean;
}

export async function raiseAttention(db: Queryable, item: AttentionItem): Promise<void> {
  await db.query(
    `insert into attention as a (id, tenant, kind, run_id, detail, data) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set detail = excluded.detail, data = excluded.data, created_at = excluded.created_at,
       resolved_at = null, resolved_by = null, note = null
     where $7 and a.resolved_at is not null and a.resolved_by = 'system'`,
    [
      storableText(item.id),
      item.tenant,
      item.kind,
      item.runId,
      storableText(item.detail), // may quote a service or a node
      JSON.stringify(toStored(storableJson(item.data ?? {}))),
      item.recurs ?? false,
    ],
  );
}

/** A tenant's items, newest first: the open ones, or the resolved ones. */
export async function listAttention(
  em: EntityManager,
  tenant: string,
  resolved: boolean,
  after: After | undefined,
  limit: number,
  hidden?: Hidden,
): Promise<Attention[]> {
  return em.find(
    Attention,
    {
      tenant,
      ...notHidden(hidden),
      resolvedAt: resolved ? { $ne: null } : null,
      ...(after && {
        $or: [{ createdAt: { $lt: after.at } }, { createdAt: after.at, id: { $lt: after.id } }],
      }),
    },
    { orderBy: { createdAt: 'desc', id: 'desc' }, limit },
  );
}

/**
 * Closes an item once; a second time changes nothing. `first` runs while the item is locked; when it throws, nothing changes.
 * Null when the tenant has no such item.
 */
export async function resolveAttention(
  em: EntityManager,
  tenant: string,
  id: string,
  by: string,
  note: string,
  hidden?: Hidden,
  first: () => Promise<void> = async () => undefined,
): Promise<Attention | null> {
  return em.transactional(async (inner) => {
    await inner.execute(LIMIT_IDLE);
    const item = await inner.findOne(
      Attention,
      { tenant, id, ...notHidden(hidden) },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    await first();
    if (item === null || item.resolvedAt) return item;
    return inner.assign(item, { resolvedAt: new Date(), resolvedBy: by, note });
  });
}

/** Whether any item of a kind is open, of whichever tenant. */
export async function hasOpenItem(db: Queryable, kind: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'select from attention where kind = $1 and resolved_at is null limit 1',
    [kind],
  );
  return rowCount === 1;
}

/** Closes an item that events have settled by themselves. Does nothing when the item was never raised. */
export async function settleAttention(db: Queryable, id: string, note: string): Promise<void> {
  await db.query(
    `update attention set resolved_at = now(), resolved_by = 'system', note = $2 where id = $1 and resolved_at is null`,
    [id, note],
  );
}

/** Closes open items whose ids begin so. */
export async function settleAllOf(db: Queryable, prefix: string, note: string): Promise<void> {
  await db.query(
    `update attention set resolved_at = now(), resolved_by = 'system', note = $2
     where resolved_at is null and starts_with(id, $1)`,
    [prefix, note],
  );
}

/** Closes open items of these kinds whose cause is not among those seen now. */
export async function settleGone(
  db: Queryable,
  { prefix, kinds, except }: { prefix: string; kinds: readonly string[]; except: readonly string[] },
): Promise<void> {
  await db.query(
    `update attention set resolved_at = now(), resolved_by = 'system', note = 'The difference is gone.'
     where resolved_at is null and starts_with(id, $1) and kind = any($2) and not id = any($3)`,
    [prefix, kinds, except],
  );
}
