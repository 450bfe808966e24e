import type { FamilyEvent } from '../schemas/core/event.ts';
import { storableJson } from '../domain/storable.ts';
import type { JsonObject } from '../schemas/core/json.ts';
import type { Queryable } from './ledger.ts';

/** Something that a family tells a tenant, and that is no run's. The same `key` is told once. */
export interface Notice {
  tenant: string;
  family: string;
  key: string;
  type: FamilyEvent;
  data: JsonObject;
}

/** Tells it on the tenant's feed. In a transaction it comes last, because it locks the feed. */
export async function tellTenant(db: Queryable, { tenant, family, key, type, data }: Notice): Promise<void> {
  await db.query({
    name: 'tell_tenant',
    text: 'select tell_tenant($1, $2, $3, $4, $5)',
    values: [tenant, family, key, type, JSON.stringify(storableJson(data))],
  });
}
