import type { CatalogueService } from '../../../domain/plan/catalogue.ts';
import { Service, ServicesAnswer, ServicesQuery } from '../../../schemas/families/reasoning.ts';
import { z } from 'zod';
import { rawNumber } from '../../http/json-source.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import { TAGS } from './names.ts';
import type { ReasoningOptions } from './options.ts';

const ServiceAnswer = z.object({ success: z.literal(true), service: Service.loose() });

/** What plans are made from: the registry's services and the Bazaar's. */
export function serviceRoutes({ catalogue, cut }: ReasoningOptions): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/services',
      summary: 'Services that plans may use',
      tags: TAGS,
      scope: 'read',
      query: ServicesQuery,
      responses: { 200: { description: 'The catalogue.', schema: ServicesAnswer } },
      handler: async (_ctx, { query: { category } }) => {
        const services = (await catalogue()).filter(
          (service) => category === undefined || service.category === category,
        );
        const notice = await cut?.();
        const body = { success: true as const, services: services.map(toWireService) };
        return { status: 200, body: notice === undefined ? body : { ...body, notice } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/services/:id',
      missing: { id: 'service_not_found' },
      summary: 'One service',
      tags: TAGS,
      scope: 'read',
      params: z.object({ id: z.string().min(1).max(250) }),
      responses: { 200: { description: 'The service.', schema: ServiceAnswer } },
      errors: ['service_not_found'],
      handler: async (_ctx, { params: { id } }) => {
        const found = (await catalogue()).find((service) => service.id === id);
        if (found === undefined)
          throw new ApiError('service_not_found', 'No service has this id; GET /services lists them.');
        return { status: 200, body: { success: true, service: toWireService(found) } };
      },
    }),
  ];
}

/** Prices are decimals in text inside, numbers on the wire. */
const toWireService = (service: CatalogueService): Service => ({
  ...service,
  pricePerCall: rawNumber(service.pricePerCall),
});
