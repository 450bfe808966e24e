import {
  FlowParams,
  InputProvided,
  JobStatusAnswer,
  ProvideInputBody,
  StartedJob,
  StartJobBody,
  StatusQuery,
} from '../../../schemas/families/masumi/mip003.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import { describingRoutes } from './describing.ts';
import { requirePurchased, untilPayable } from './jobs.ts';
import { TAGS } from './names.ts';
import { takeOrder } from './order.ts';
import { answerQuestion } from './provide-input.ts';
import {
  IDENTIFIER_ALIASES,
  INPUT_ALIASES,
  INPUTS,
  readInputs,
  readObject,
  readStartJob,
} from './read-order.ts';
import type { Shop } from './shop.ts';
import { describeJob } from './status.ts';
import { toStarted } from './to-wire.ts';

/** MIP-003 of every flow, base `/mip003/{flow_key}` (masumi.md 1.2). */
export function mip003Routes(shop: Shop): Route[] {
  const routes = [...describingRoutes(shop), startJob(shop), status(shop), provide(shop)];
  return routes.map((route) => ({ ...route, visitors: shop.options.isPublic }));
}

const startJob = (shop: Shop): Route =>
  defineRoute({
    method: 'post',
    path: '/mip003/:flow_key/start_job',
    missing: { flow_key: 'flow_not_found' },
    summary: 'Order a job; it begins when it is paid',
    description:
      'The same identifier and input again, while the job lives, is the same job. All times are Unix milliseconds.',
    tags: TAGS,
    scope: 'operate',
    idempotent: true,
    params: FlowParams,
    exact: INPUTS,
    aliases: { ...IDENTIFIER_ALIASES, ...INPUT_ALIASES },
    body: StartJobBody,
    responses: { 200: { description: 'How to pay.', schema: StartedJob } },
    errors: [...ORDER_ERRORS],
    handler: async (ctx, { params, body }) => {
      const order = readStartJob(body);
      const jobId = await takeOrder(ctx, shop, params.flow_key, order);
      const found = await untilPayable(ctx, jobId, shop.options.startWaitMs);
      return { status: 200, body: toStarted(found, found.job.payment!, shop.options.sellerVkey) };
    },
  });

export const ORDER_ERRORS = [
  'flow_not_found',
  'invalid_identifier',
  'invalid_input',
  'invalid_payment_amount',
  'identifier_conflict',
  'agent_not_configured',
  'payment_service_not_configured',
  'payment_rejected',
  'payment_service_unavailable',
  'kodosumi_unavailable',
] as const;

const status = (shop: Shop): Route =>
  defineRoute({
    method: 'get',
    path: '/mip003/:flow_key/status',
    missing: { flow_key: 'flow_not_found' },
    summary: 'How a job stands',
    tags: TAGS,
    scope: 'read',
    params: FlowParams,
    query: StatusQuery,
    responses: { 200: { description: 'The job.', schema: JobStatusAnswer } },
    errors: ['missing_job_id', 'flow_not_found', 'job_not_found'],
    handler: async (ctx, { params, query }) => {
      const jobId = requireId(query.job_id ?? query.jobId);
      const found = await requirePurchased(ctx, shop, params.flow_key, jobId);
      return { status: 200, body: await describeJob(ctx.deps, found) };
    },
  });

const provide = (shop: Shop): Route =>
  defineRoute({
    method: 'post',
    path: '/mip003/:flow_key/provide_input',
    missing: { flow_key: 'flow_not_found' },
    summary: 'Answer what the agent asks',
    tags: TAGS,
    scope: 'operate',
    idempotent: true,
    params: FlowParams,
    exact: INPUTS,
    aliases: {
      job_id: ['jobId'],
      status_id: ['statusId'],
      input_schema_hash: ['inputSchemaHash'],
      ...INPUT_ALIASES,
    },
    body: ProvideInputBody,
    responses: { 200: { description: 'Taken; signed where a key is set.', schema: InputProvided } },
    errors: [
      'missing_job_id',
      'flow_not_found',
      'job_not_found',
      'invalid_input',
      'not_awaiting_input',
      'stale_status_id',
      'deadline_passed',
      'kodosumi_unavailable',
    ],
    handler: async (ctx, { params, body }) => {
      const object = readObject(body);
      const jobId = requireId(object['job_id']);
      const found = await requirePurchased(ctx, shop, params.flow_key, jobId);
      const lid = object['status_id'] ?? undefined;
      const inputs = readInputs(object['input_data'], 'input_data');
      if (lid !== undefined && typeof lid !== 'string')
        throw new ApiError('stale_status_id', 'status_id must be the id of the open question.');
      const schemaHash = readSchemaHash(object['input_schema_hash']);
      return {
        status: 200,
        body: await answerQuestion(ctx, shop.options, found, { lid, schemaHash, inputs }),
      };
    },
  });

const LONGEST_HASH = 200;

/** Nothing of ours depends on how the hash is made, so a strange one counts as none. */
const readSchemaHash = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_HASH ? value : undefined;

function requireId(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ApiError('missing_job_id', 'Say which job is meant: job_id is missing.');
}
