import { z } from 'zod';
import { ServiceEntry } from '../../schemas/core/api.ts';
import type { Ctx } from '../context.ts';
import type { FamilyModule } from '../family.ts';
import { ApiError } from '../problem.ts';
import { defineRoute, type Route } from '../route.ts';

type Families = readonly FamilyModule[];

/** One catalogue of services for all families; every service has the fields that clients of each family read (common.md). */
export const serviceRoutes = (families: Families): Route[] => [list(families), one(families)];

const tags = ['catalogue'];

const list = (families: Families): Route =>
  defineRoute({
    method: 'get',
    path: '/services',
    summary: 'Services that plans and agents may pay for',
    tags,
    scope: 'read',
    query: z.object({ category: z.string().min(1).max(128).optional() }),
    responses: {
      200: {
        description: 'The catalogue.',
        schema: z.object({
          success: z.literal(true),
          services: z.array(ServiceEntry),
          notice: z.string().optional().meta({ description: 'Says that there are more than were read' }),
        }),
      },
    },
    async handler(ctx, { query: { category } }) {
      const { services, notice } = await readAll(ctx, families);
      const shown = services.filter((service) => category === undefined || service.category === category);
      return { status: 200, body: { success: true as const, services: shown, ...(notice && { notice }) } };
    },
  });

const one = (families: Families): Route =>
  defineRoute({
    method: 'get',
    path: '/services/:id',
    missing: { id: 'service_not_found' },
    summary: 'One service',
    tags,
    scope: 'read',
    params: z.object({ id: z.string().min(1).max(250) }),
    responses: {
      200: {
        description: 'The service, flat and under `service`.',
        schema: ServiceEntry.extend({ success: z.literal(true), service: ServiceEntry }),
      },
    },
    errors: ['service_not_found'],
    async handler(ctx, { params: { id } }) {
      const { services } = await readAll(ctx, families);
      const found = services.find((service) => service.id === id);
      if (found === undefined)
        throw new ApiError('service_not_found', 'No service has this id; GET /services lists them.');
      const parts = await Promise.all(families.map(async (family) => family.service?.(ctx, id)));
      const service: ServiceEntry = Object.assign({}, found, ...parts.filter((part) => part !== undefined));
      return { status: 200, body: { ...service, success: true as const, service } };
    },
  });

/**
 * A service that two families know is one, with the fields of both. What one family cannot read does not hide the others: a
 * notice says so, and only where nothing is left is it an error.
 */
async function readAll(ctx: Ctx, families: Families): Promise<{ services: ServiceEntry[]; notice?: string }> {
  const asked = await Promise.allSettled(families.map(async (family) => family.services?.(ctx)));
  const parts = asked.flatMap((part) => (part.status === 'fulfilled' ? [part.value] : []));
  const failures = asked.flatMap((part) => (part.status === 'rejected' ? [part.reason as unknown] : []));
  if (failures.length > 0 && !parts.some((part) => (part?.services.length ?? 0) > 0)) throw failures[0];
  const byId = new Map<string, ServiceEntry>();
  for (const service of parts.flatMap((part) => part?.services ?? []))
    byId.set(service.id, { ...byId.get(service.id), ...service });
  const notices = [
    ...parts.flatMap((part) => part?.notice ?? []),
    ...failures.map(() => 'Services of a catalogue that does not answer are missing.'),
  ];
  return {
    services: [...byId.values()].map(withPrice),
    ...(notices.length > 0 && { notice: notices.join(' ') }),
  };
}

/** Clients of agents with budgets read these of every service (omni.md, section 1). */
const withPrice = (service: ServiceEntry): ServiceEntry => ({
  unitPrice: service['pricePerCall'],
  providerAddress: service['owner'],
  active: true,
  isVerified: service['verified'],
  metadataURI: '',
  maxDailySpending: null,
  allowedAgents: [],
  blockedAgents: [],
  ...service,
});
