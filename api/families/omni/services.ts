import { z } from 'zod';
import { listTransactions, totalPaid } from '../../../db/omni/read-calls.ts';
import { findService, listServices } from '../../../db/omni/standing.ts';
import type { ServiceEntry } from '../../../schemas/core/api.ts';
import { ServiceHealth } from '../../../schemas/families/omni/overview.ts';
import type { Ctx } from '../../context.ts';
import { defineRoute, type Route } from '../../route.ts';
import { TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { isOurs } from './shared.ts';
import { mnee, serviceEntry, toTransaction } from './to-wire.ts';

const SHOWN = 100;

/** What `GET /services` shows of this family. */
export const listServiceEntries = async (ctx: Ctx, options: OmniOptions): Promise<ServiceEntry[]> =>
  isOurs(ctx, options) ? (await listServices(ctx.deps.db.pool, options.tenant)).map(serviceEntry) : [];

/** What `GET /services/{id}` shows besides; undefined where it is no service of ours. */
export async function findServiceEntry(
  ctx: Ctx,
  options: OmniOptions,
  id: string,
): Promise<ServiceEntry | undefined> {
  const { pool } = ctx.deps.db;
  const service = isOurs(ctx, options) ? await findService(pool, options.tenant, id) : undefined;
  if (service === undefined) return undefined;
  const [rows, total] = await Promise.all([
    listTransactions(pool, options.tenant, { serviceId: id }, SHOWN),
    totalPaid(pool, options.tenant, { serviceId: id }),
  ]);
  return { ...serviceEntry(service), transactions: rows.map(toTransaction), totalRevenue: mnee(total) };
}

/** Before `GET /services/{id}`: "health" is no id of a service. */
export const serviceHealthRoute = (options: OmniOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/services/health',
    summary: 'How the agents’ services are, as they were asked last',
    tags: TAGS,
    scope: 'read',
    responses: {
      200: { description: 'Looked at every 30 s.', schema: z.object({ services: z.array(ServiceHealth) }) },
    },
    async handler(ctx) {
      const all = isOurs(ctx, options) ? await listServices(ctx.deps.db.pool, options.tenant) : [];
      const services = all.map(({ id, health, latencyMs, checkedAt, failures }) => ({
        id,
        status: health,
        latency_ms: latencyMs,
        checked_at: checkedAt?.toISOString() ?? null,
        failures,
      }));
      return { status: 200, body: { services } };
    },
  });
