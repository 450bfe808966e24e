import { demoInput } from '../../../domain/masumi/forms/demo.ts';
import { toFields } from '../../../domain/masumi/forms/to-fields.ts';
import { MipInputSchema } from '../../../schemas/families/masumi/fields.ts';
import { Availability, Demo, FlowParams } from '../../../schemas/families/masumi/mip003.ts';
import { defineRoute, type Route } from '../../route.ts';
import { anyAvailability, availabilityOf } from './availability.ts';
import { TAGS } from './names.ts';
import { matches } from './patterns.ts';
import type { Shop } from './shop.ts';

/** What a purchaser reads before an order: who can be hired, and what is wanted (masumi.md 1.2). */
export const describingRoutes = (shop: Shop): Route[] => [
  anyAvailable(shop),
  available(shop),
  inputSchema(shop),
  demo(shop),
];

const anyAvailable = (shop: Shop): Route =>
  defineRoute({
    method: 'get',
    path: '/mip003/availability',
    summary: 'Is any flow there?',
    tags: TAGS,
    scope: 'read',
    responses: {
      200: { description: 'Whether jobs can be started, in either case.', schema: Availability },
    },
    handler: async () => ({ status: 200, body: await anyAvailability(shop) }),
  });

const available = (shop: Shop): Route =>
  defineRoute({
    method: 'get',
    path: '/mip003/:flow_key/availability',
    summary: 'Can this agent be hired now?',
    tags: TAGS,
    scope: 'read',
    params: FlowParams,
    responses: {
      200: { description: 'Whether jobs can be started, in either case.', schema: Availability },
    },
    handler: async (_ctx, { params }) => ({
      status: 200,
      body: await availabilityOf(shop, params.flow_key),
    }),
  });

const inputSchema = ({ directory }: Shop): Route =>
  defineRoute({
    method: 'get',
    path: '/mip003/:flow_key/input_schema',
    missing: { flow_key: 'flow_not_found' },
    summary: 'What the agent wants to know',
    tags: TAGS,
    scope: 'read',
    params: FlowParams,
    responses: { 200: { description: 'Its form as MIP-003 fields.', schema: MipInputSchema } },
    errors: ['flow_not_found', 'kodosumi_unavailable'],
    handler: async (_ctx, { params }) => {
      const { elements } = await directory.schema(await directory.require(params.flow_key));
      return { status: 200, body: { input_data: toFields(elements) } };
    },
  });

const demo = ({ directory, options: { mayFetch } }: Shop): Route =>
  defineRoute({
    method: 'get',
    path: '/mip003/:flow_key/demo',
    missing: { flow_key: 'flow_not_found' },
    summary: 'An example of input and output',
    tags: TAGS,
    scope: 'read',
    params: FlowParams,
    responses: { 200: { description: 'Input that start_job takes, and what comes back.', schema: Demo } },
    errors: ['flow_not_found', 'kodosumi_unavailable'],
    handler: async (_ctx, { params }) => {
      const { elements, summary } = await directory.schema(await directory.require(params.flow_key));
      const result = `The text that ${summary ?? 'the agent'} makes of it.`;
      const { exampleOf } = await import('./example-text.ts'); // only a demo needs what makes texts for patterns
      const input = demoInput(elements, { matches, mayFetch }, exampleOf);
      return { status: 200, body: { input, output: { result } } };
    },
  });
