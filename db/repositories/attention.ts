import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';

/** Something a person must look at. `id` names its cause, so raising it twice opens one item. */
export interface AttentionItem {
  id: string;
  tenant: string;
  kind: string;
  runId: string | null;
  detail: string;
  data?: JsonObject;
}

export async function raiseAttention(db: Queryable, item: AttentionItem): Promise<void> {
  await db.query(
    `insert into attention (id, tenant, kind, run_id, detail, data) values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing`,
    [item.id, item.tenant, item.kind, item.runId, item.detail, JSON.stringify(item.data ?? {})],
  );
}
