import { randomBytes, randomUUID } from 'node:crypto';
import { findLivingJob, getJob, insertJob, type JobRow, type NewJob } from '../../../db/masumi/jobs.ts';
import { getRun, type NewRun } from '../../../db/repositories/runs.ts';
import { isTerminal } from '../../../domain/run-states.ts';
import { checkInputs } from '../../../domain/masumi/forms/check-inputs.ts';
import type { JobInput, JobSettings } from '../../../domain/masumi/ports/jobs.ts';
import type { Ctx } from '../../context.ts';
import { isVisitor } from '../../middleware/auth.ts';
import { ApiError, invalidInput } from '../../problem.ts';
import type { StartableRun, WorkflowStart } from '../../runs/start-request.ts';
import { startRun } from '../../runs/start.ts';
import type { KnownFlow } from './directory.ts';
import { wasNeverPayable } from './jobs.ts';
import { FAMILY } from './names.ts';
import { inputHash, purchaserNonce } from './hashing.ts';
import { matches } from './patterns.ts';
import { priceJob, type JobPrice } from './pricing.ts';
import { invalidIdentifier, type Order } from './read-order.ts';
import { agentOf, type Shop } from './shop.ts';

type NamedOrder = Order & { identifier: string };

const IDENTIFIER_BYTES = 10; // hex that the payment service takes as it is (masumi.md 1.1)

export const makeIdentifier = (): string => randomBytes(IDENTIFIER_BYTES).toString('hex');

/** Nobody pays for a free job, so nobody has to find its payment by a name of their own. */
async function identify(shop: Shop, flowKey: string): Promise<string> {
  const agent = await agentOf(shop, await shop.directory.require(flowKey));
  const isFree = !shop.options.testMode && (await shop.prices(agent.identifier)).kind === 'Free';
  if (isFree) return makeIdentifier();
  throw invalidIdentifier('identifier_from_purchaser is missing: send a text that names this order.');
}

/**
 * Takes an order: checks it, prices it, and starts its job. The same order again, while its job lives, is the same job,
 * whatever became of the flow meanwhile. Another order of the same purchaser under the same identifier is refused
 * (masumi.md 1.2 and section 5). Answers the job's id.
 */
export async function takeOrder(ctx: Ctx, shop: Shop, flowKey: string, given: Order): Promise<string> {
  const order: NamedOrder = { ...given, identifier: given.identifier ?? (await identify(shop, flowKey)) };
  const hash = inputHash(order.identifier, order.inputs);
  const key = { tenant: ctx.principal.tenant, flowKey, identifier: order.identifier };
  const living = await findLivingJob(ctx.deps.db.pool, { ...key, subject: subjectOf(ctx) });
  if (living?.input_hash === hash) return living.run_id;
  const flow = await shop.directory.require(flowKey);
  const agent = await agentOf(shop, flow);
  const { elements } = await shop.directory.schemaNow(flow);
  const checked = checkInputs(elements, order.inputs, { matches, mayFetch: shop.options.mayFetch });
  if (!checked.ok) throw invalidInput(checked.errors);
  if (living !== undefined) throw conflictWith(ctx, living);
  const price = await priceOf(shop, agent, order);
  const runId = randomUUID();
  const settings = settingsOf(shop, flow, agent.identifier, price, order.identifier);
  const job: NewJob = {
    runId,
    ...key,
    inputHash: hash,
    inputs: { values: checked.values, files: checked.files },
  };
  return start(ctx, shop, runOf(ctx, flow, order, checked.secrets, { runId, settings }), job);
}

async function priceOf(
  { prices, options }: Shop,
  agent: { identifier: string; price: string | undefined },
  order: Order,
): Promise<JobPrice> {
  if (options.testMode) {
    const isPriced = order.amount !== undefined || agent.price !== undefined;
    const funds = isPriced ? priceJob({ kind: 'Dynamic' }, order.amount, agent.price).funds : null;
    return { pricing: 'simulated', funds, listed: funds ?? [], sourceIndex: null };
  }
  return priceJob(await prices(agent.identifier), order.amount, agent.price);
}

/** Two orders at once: the database lets one in, the other is then the same job or a conflict. */
async function start(ctx: Ctx, shop: Shop, run: NewRun, job: NewJob): Promise<string> {
  const { db, sealer } = ctx.deps;
  await forgetUnpayable(ctx);
  try {
    const { runId } = await startRun(ctx.deps, {
      run,
      start: workflowStart(shop.options.taskQueue),
      claim: ctx.claim,
      within: async (client) => {
        if (!(await insertJob(client, sealer, job)))
          throw new ApiError('identifier_conflict', 'Another order came in first.');
      },
    });
    return runId;
  } catch (error) {
    const first = isConflict(error)
      ? await findLivingJob(db.pool, { ...job, subject: run.subject })
      : undefined;
    if (first === undefined) throw error;
    return sameJob(ctx, first, job.inputHash);
  }
}

/**
 * An earlier try under the same Idempotency-Key began a job that could not get a payment request. Its answer said "try
 * again later". This is later, so another job is begun.
 */
async function forgetUnpayable({ deps, claim }: Ctx): Promise<void> {
  if (!claim?.runId) return;
  const [run, job] = await Promise.all([
    getRun(deps.db.pool, claim.runId),
    getJob(deps.db.pool, claim.runId),
  ]);
  if (run !== undefined && isTerminal(run.status) && (!job?.payment || wasNeverPayable(run)))
    claim.runId = null;
}

const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'identifier_conflict';

function sameJob(ctx: Ctx, job: JobRow, hash: string): string {
  if (job.input_hash === hash) return job.run_id;
  throw conflictWith(ctx, job);
}

/** Visitors cannot be told apart, so they are not told the id of the job in the way: it may be another's. */
const conflictWith = ({ principal }: Ctx, job: JobRow): ApiError =>
  new ApiError(
    'identifier_conflict',
    'A job with this identifier_from_purchaser and other input is under way; choose another identifier.',
    isVisitor(principal.subject) ? {} : { members: { job_id: job.run_id } },
  );

const subjectOf = ({ principal }: Ctx): string => principal.subject ?? 'local';

function settingsOf(
  { options }: Shop,
  flow: KnownFlow,
  agentIdentifier: string,
  { pricing, funds, listed, sourceIndex }: JobPrice,
  identifier: string,
): JobSettings {
  return {
    ...options.job,
    flowKey: flow.key,
    flowUrl: flow.url,
    pricing,
    agentIdentifier,
    purchaserNonce: purchaserNonce(identifier),
    requestedFunds: funds,
    listedAmounts: listed,
    sourceIndex,
  };
}

/** What the run shows of its input: passwords are not among it. */
function runOf(
  ctx: Ctx,
  flow: KnownFlow,
  { identifier, inputs }: NamedOrder,
  secrets: readonly string[],
  { runId, settings }: { runId: string; settings: JobSettings },
): NewRun {
  const shown = Object.fromEntries(
    Object.entries(inputs).map(([id, value]) => [id, secrets.includes(id) ? '***' : value]),
  );
  return {
    id: runId,
    tenant: ctx.principal.tenant,
    family: FAMILY,
    kind: flow.key,
    subject: subjectOf(ctx),
    workflowId: runId,
    input: { identifier_from_purchaser: identifier, input_data: shown },
    settings,
    purse: { kind: 'nothing' }, // its purchaser pays, through the payment service
  };
}

/** How Temporal is told, from the row alone: the sweeper of unstarted runs uses the same. */
export const workflowStart =
  (taskQueue: string) =>
  (row: StartableRun): WorkflowStart => {
    const input: JobInput = {
      runId: row.id,
      tenant: row.tenant,
      subject: row.subject,
      settings: row.settings as unknown as JobSettings,
    };
    return { workflowType: 'masumi', args: [input], taskQueue, summary: `job of ${row.kind}` };
  };
