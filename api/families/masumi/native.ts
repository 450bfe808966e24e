import { readRunEvents } from '../../../db/repositories/events.ts';
import { CatalogueEntry } from '../../../schemas/core/api.ts';
import { FlowParams } from '../../../schemas/families/masumi/mip003.ts';
import { CreatedRun, CreateRunBody, FlowRun, RunParams } from '../../../schemas/families/masumi/native.ts';
import { defineRoute, type Route } from '../../route.ts';
import { catalogueEntry } from './catalogue.ts';
import { requireJob, untilPayable, type FoundJob } from './jobs.ts';
import { ORDER_ERRORS } from './mip003.ts';
import { TAGS } from './names.ts';
import { makeIdentifier, takeOrder } from './order.ts';
import { invalidAmount } from './pricing.ts';
import { IDENTIFIER_ALIASES, readIdentifier, readInputs, readObject, type Order } from './read-order.ts';
import type { Shop } from './shop.ts';
import { resultOf } from './status.ts';
import { errorOf, statusWord, timesOf, toFlowEvents, toPayment, toTerms } from './to-wire.ts';
import type { ApiDeps } from '../../context.ts';

/** `/{flow_key}` and its runs (masumi.md 1.1). */
export const nativeRoutes = (shop: Shop): Route[] => [flow(shop), create(shop), read(shop)];

const flow = (shop: Shop): Route =>
  defineRoute({
    method: 'get',
    path: '/:flow_key',
    missing: { flow_key: 'flow_not_found' },
    summary: 'One flow',
    tags: TAGS,
    scope: 'read',
    params: FlowParams,
    matches: ({ flow_key: key = '' }) => shop.directory.knows(key),
    responses: { 200: { description: 'The flow, as GET /flows lists it.', schema: CatalogueEntry } },
    errors: ['flow_not_found'],
    handler: async (_ctx, { params }) => ({
      status: 200,
      body: await catalogueEntry(shop, await shop.directory.require(params.flow_key)),
    }),
  });

const create = (shop: Shop): Route =>
  defineRoute({
    method: 'post',
    path: '/:flow_key/runs',
    missing: { flow_key: 'flow_not_found' },
    summary: 'Order a run of a flow; it begins when it is paid',
    tags: TAGS,
    scope: 'operate',
    idempotent: true,
    money: { paths: ['payment_amount'], numbersOnly: true },
    exact: ['inputs'],
    aliases: IDENTIFIER_ALIASES,
    params: FlowParams,
    body: CreateRunBody,
    responses: { 200: { description: 'The run, and how to pay for it.', schema: CreatedRun } },
    errors: [...ORDER_ERRORS],
    handler: async (ctx, { params, body }) => {
      const order = readOrder(body);
      const jobId = await takeOrder(ctx, shop, params.flow_key, order);
      const found = await untilPayable(ctx, jobId, shop.options.startWaitMs);
      return { status: 200, body: toCreated(shop, found) };
    },
  });

function readOrder(body: unknown): Order {
  const object = readObject(body);
  return {
    identifier: readIdentifier(object) ?? makeIdentifier(),
    inputs: readInputs(object['inputs'], 'inputs'),
    amount: readAmount(object['payment_amount']),
  };
}

/** JSON's numbers may have exponents: 1e1 is 10. Undefined where it is negative, no number, or of an absurd size. */
function toDecimal(text: string): string | undefined {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^(\d{1,30})(?:\.(\d{1,30}))?(?:e([+-]?\d{1,2}))?$/i.exec(text) ?? [];
  if (whole === '') return undefined;
  const digits = '0'.repeat(100) + whole + fraction + '0'.repeat(100);
  const point = 100 + whole.length + Number(exponent);
  return `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/^0+(?=\d)/, '').replace(/\.?0+$/, '');
}

/** Numbers come as they were written, so that no float ever holds them. */
function readAmount(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const decimal = typeof value === 'string' ? toDecimal(value) : undefined;
  if (decimal !== undefined) return decimal;
  throw invalidAmount('payment_amount must be a number of ADA that is not negative.');
}

function toCreated({ options }: Shop, found: FoundJob): CreatedRun {
  const { job, run } = found;
  return {
    id: run.id,
    run_id: run.id,
    status: statusWord(run.status),
    payment_id: job.blockchain_identifier,
    payment: job.payment && toTerms(found, job.payment, options.sellerVkey),
    created_at: run.created_at.toISOString(),
  };
}

const read = (shop: Shop): Route =>
  defineRoute({
    method: 'get',
    path: '/:flow_key/runs/:id',
    missing: { flow_key: 'flow_not_found', id: 'job_not_found' },
    summary: 'How a run stands, with its events and its payment',
    tags: TAGS,
    scope: 'read',
    params: RunParams,
    responses: { 200: { description: 'The run.', schema: FlowRun } },
    errors: ['flow_not_found', 'job_not_found'],
    handler: async (ctx, { params }) => {
      const found = await requireJob(ctx, shop, params.flow_key, params.id);
      return { status: 200, body: await toFlowRun(ctx.deps, shop, found) };
    },
  });

const MOST_EVENTS = 5000;

async function toFlowRun(deps: ApiDeps, { options }: Shop, found: FoundJob): Promise<FlowRun> {
  const { job, run } = found;
  const [result, events] = await Promise.all([
    resultOf(deps, found),
    readRunEvents(deps.db.pool, new Map([[run.id, 0]]), MOST_EVENTS),
  ]);
  const error = statusWord(run.status) === 'failed' ? errorOf(found) : undefined;
  return {
    id: run.id,
    run_id: run.id,
    flow_key: job.flow_key,
    status: statusWord(run.status),
    result,
    events: toFlowEvents(events),
    error_code: error?.code ?? null,
    error_message: error?.message ?? null,
    payment_id: job.blockchain_identifier,
    payment: toPayment(found, options.sellerVkey),
    ...timesOf(found),
  };
}
