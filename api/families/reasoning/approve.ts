import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import { findEscrowUser } from '../../../db/escrow/users.ts';
import { useConsent } from '../../../db/escrow/wallet-consents.ts';
import type { RunDetail } from '../../../db/repositories/run-detail.ts';
import type { ApproveRequest } from '../../../domain/messages.ts';
import { formatUnits, parseUnits } from '../../../domain/money.ts';
import type { Plan, SpendLimits } from '../../../domain/plan/plan.ts';
import { isTerminal } from '../../../domain/run-states.ts';
import { NoQuery } from '../../../schemas/core/api.ts';
import type { WalletProof } from '../../../schemas/core/receipt.ts';
import { ApproveAnswer, ApproveWorkflow, WorkflowParams } from '../../../schemas/families/reasoning.ts';
import type { Ctx } from '../../context.ts';
import { isUnavailable, troubleOf, unavailable } from '../../errors.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import { approveRun, orEarlierAnswer } from '../../runs/commands.ts';
import { invalidField, toMinor, withinCeiling } from './create.ts';
import { TAGS } from './names.ts';
import type { ReasoningOptions } from './options.ts';
import { checkSignedApproval } from './signed-approval.ts';
import { grantedHash, inWords, planOf, wireStatus } from './to-wire.ts';
import { decimalsOf, requireOwn } from './workflows.ts';

export function approveRoute(options: ReasoningOptions): Route {
  return defineRoute({
    method: 'post',
    path: '/workflows/:id/approve',
    missing: { id: 'workflow_not_found' },
    summary: 'Approve the plan of a workflow',
    description:
      'Moves the estimate from the escrow into the reserve of the workflow and begins to execute. While the plan is being made, an ' +
      'approval is kept if a maximum binds it. A wallet may sign {planHash, limits, expiresAt} (Ed25519 over RFC 8785 JSON); what it ' +
      'signed approves one workflow, so sign an expiresAt: equal tasks have equal plans.',
    tags: TAGS,
    scope: 'approve',
    idempotent: true,
    money: { paths: ['limits.maxTotalAmount', 'limits.maxPerTransaction'] },
    params: WorkflowParams,
    query: NoQuery,
    body: ApproveWorkflow.optional(),
    responses: {
      200: { description: 'Approved, now or before.', schema: ApproveAnswer },
      202: { description: 'Kept until the plan is ready.', schema: ApproveAnswer },
    },
    errors: [
      'workflow_not_found',
      'invalid_state',
      'plan_changed',
      'partial_plan',
      'approval_expired',
      'insufficient_escrow',
      'invalid_signature',
      'workflow_lost',
    ],
    handler: async (ctx, { params, body = {} }) => {
      const run = await requireOwn(ctx, params.id);
      const told = await orEarlierAnswer(ctx, run, () => approve(ctx, options, run, body));
      if (told.kind === 'recorded')
        return { status: 202, body: { success: true, message: 'Approval recorded' } };
      const { planHash } = told;
      return {
        status: 200,
        body: { success: true, message: 'Workflow approved and execution started', planHash },
      };
    },
  });
}

/** What the client is told: the plan that is approved, now or before, or that the approval waits for its plan. */
type Told = { kind: 'approved'; planHash: string } | { kind: 'recorded' };

async function approve(
  ctx: Ctx,
  options: ReasoningOptions,
  run: RunDetail,
  body: ApproveWorkflow,
): Promise<Told> {
  const given = answerFromRow(run, body);
  if (given !== undefined) return given;
  const proof = await checkSigner(ctx, run, body);
  return submit(ctx, run, { ...requestOf(options, run, body), ...(proof && { proof }) });
}

/** What has ended answers from its row: a repetition with the approved hash as before, all else refused. */
function answerFromRow(run: RunDetail, { planHash }: ApproveWorkflow): Told | undefined {
  if (run.status === 'paused' && (planHash === undefined || planHash !== grantedHash(run.view)))
    throw new ApiError(
      'invalid_state',
      'The workflow waits for room in a budget and goes on by itself. GET /runs/{id} says which budget, and who can raise it.',
    );
  if (!isTerminal(run.status)) return undefined;
  if (hasLapsed(run))
    throw new ApiError(
      'approval_expired',
      'The time to approve this plan has passed; create the workflow again.',
    );
  if (run.status !== 'cancelled' && planHash !== undefined && planHash === grantedHash(run.view))
    return { kind: 'approved', planHash };
  throw new ApiError('invalid_state', `The workflow is ${wireStatus(run)}; there is nothing to approve.`);
}

function hasLapsed({ view }: RunDetail): boolean {
  const error = view['error'] as { code?: unknown } | undefined;
  return error?.code === 'APPROVAL_EXPIRED';
}

async function checkSigner(
  ctx: Ctx,
  run: RunDetail,
  body: ApproveWorkflow,
): Promise<WalletProof | undefined> {
  if (body.signature === undefined && body.wallet === undefined) return undefined;
  const { pool } = ctx.deps.db;
  const proof = checkSignedApproval(body, (await findEscrowUser(pool, run.tenant, run.subject))?.wallet);
  if (await useConsent(pool, proof, run.id)) return proof;
  throw new ApiError(
    'invalid_signature',
    'This signature has approved another workflow with an equal plan; sign again, with another expiresAt.',
  );
}

type Request = Omit<ApproveRequest, 'by' | 'updateId'>;

/** Amounts in minor units of the plan's asset; before the plan, of the asset that it will be asked to be in. */
function requestOf(
  options: ReasoningOptions,
  run: RunDetail,
  { planHash, limits, expiresAt, acceptPartial }: ApproveWorkflow,
): Request {
  const plan = planOf(run);
  const decimals = plan?.decimals ?? decimalsOf(options, run.settings['asset']);
  const amount = (value: string | undefined, path: string): string | undefined =>
    value === undefined ? undefined : withinCeiling(options, toMinor(value, decimals, path), decimals, path);
  const total = amount(limits?.maxTotalAmount, 'limits.maxTotalAmount');
  if (plan !== undefined && total === undefined) refuseAboveCeiling(options, plan);
  const each = amount(limits?.maxPerTransaction, 'limits.maxPerTransaction');
  const bounds: Partial<SpendLimits> = {
    ...(total === undefined ? {} : { maxTotalAmount: total }),
    ...(each === undefined ? {} : { maxPerTransaction: each }),
    ...(limits?.allowedRecipients === undefined ? {} : { allowedRecipients: limits.allowedRecipients }),
  };
  return {
    ...(planHash === undefined ? {} : { planHash }),
    ...(limits === undefined ? {} : { limits: bounds, asset: plan?.asset ?? options.planAsset }),
    ...(expiresAt === undefined ? {} : { expiresAtMs: expiryOf(expiresAt) }),
    ...(acceptPartial === undefined ? {} : { acceptPartial }),
  };
}

/** Without limits of its own an approval takes the plan's: those must be affordable here, too. */
function refuseAboveCeiling({ maxCost }: ReasoningOptions, { limits, asset, decimals }: Plan): void {
  if (maxCost === null || BigInt(limits.maxTotalAmount) <= parseUnits(maxCost, decimals)) return;
  const wanted = `${formatUnits(limits.maxTotalAmount, decimals)} ${asset}`;
  throw new ApiError(
    'invalid_state',
    `The plan may cost ${wanted}, more than this installation allows (${maxCost}).`,
  );
}

function expiryOf(expiresAt: string | number): number {
  const ms = typeof expiresAt === 'number' ? expiresAt : Date.parse(expiresAt);
  if (ms <= Date.now())
    throw invalidField('expiresAt', 'Must be in the future: nothing could be paid under this approval.');
  return ms;
}

async function submit(ctx: Ctx, run: RunDetail, request: Request): Promise<Told> {
  try {
    return await approveRun(ctx, run, request);
  } catch (error) {
    const short = insufficient(error);
    if (short !== undefined) throw short;
    return afterTrouble(ctx, run.id, request, error);
  }
}

/** The ledger's words with the contract's numbers: "Required: 2.0". */
function insufficient(error: unknown): ApiError | undefined {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'insufficient_escrow') return undefined;
  const { available = '0', required = '0' } = (cause.details?.[0] ?? {}) as {
    available?: string;
    required?: string;
  };
  const detail = `Insufficient escrow balance. Available: ${inWords(available)}, Required: ${inWords(required)}. Please top up.`;
  return new ApiError('insufficient_escrow', detail, { members: { available, required } });
}

/** The workflow may have ended, or answered nobody: the row tells, and approving again is always safe. */
async function afterTrouble(ctx: Ctx, id: string, request: Request, error: unknown): Promise<Told> {
  const ended = error instanceof ApiError && error.code === 'invalid_state';
  if (!ended && !isUnavailable(error)) throw error;
  const now = await requireOwn(ctx, id);
  const planHash = request.planHash ?? grantedHash(now.view);
  const given = answerFromRow(now, planHash === undefined ? {} : { planHash });
  if (given !== undefined) return given;
  if (ended || troubleOf(error) === 'repair') throw error;
  throw unavailable('Whether the approval arrived is not known; send it again, that is safe.');
}
