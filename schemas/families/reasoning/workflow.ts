import { z } from 'zod';
import { Json, JsonObject } from '../../core/json.ts';
import { strict } from '../../core/strict.ts';
import { PlanQuestion, Understanding } from '../../core/understanding.ts';
import { Limits, Plan, Step, StepResult } from './plan.ts';
import {
  Cursor,
  IsoTime,
  MoneyIn,
  MoneyOut,
  MsTime,
  PlanHash,
  UserId,
  WholeIn,
  WorkflowId,
} from './primitives.ts';

const SHORTEST_INPUT = 10;
const LONGEST_INPUT = 5000;
const codePoints = (text: string): number => Array.from(text).length;

/** Body of `POST /workflows/create`. `maxTime` is ms (0 or absent: the server's cap); `input` is trimmed. */
export const CreateWorkflow = z.object({
  userId: UserId,
  input: z
    .string()
    .trim()
    .refine((text) => codePoints(text) >= SHORTEST_INPUT, `must have at least ${SHORTEST_INPUT} characters`)
    .refine((text) => codePoints(text) <= LONGEST_INPUT, `must have at most ${LONGEST_INPUT} characters`)
    .meta({
      description: 'What is to be done, 10 to 5000 characters',
      override: { minLength: SHORTEST_INPUT, maxLength: LONGEST_INPUT },
      example: 'Analyze last 30 days of Solana DEX volume and create trend report',
    }),
  maxCost: MoneyIn.optional(),
  maxTime: WholeIn.optional().meta({
    description: 'Milliseconds; 0 or absent is the server cap',
    example: 120000,
  }),
  metadata: JsonObject.optional(),
  ask: z.boolean().optional().meta({
    description:
      'True: the workflow asks for what is missing (`awaiting_input`) and waits. Else it fails with NEEDS_DETAIL',
  }),
});
export type CreateWorkflow = z.infer<typeof CreateWorkflow>;

/** Limits of an approval as they arrive; amounts are whole units of the plan's asset. */
export const LimitsIn = strict({
  maxTotalAmount: MoneyIn.optional(),
  maxPerTransaction: MoneyIn.optional(),
  allowedRecipients: z.array(z.string().min(1).max(128)).max(100).optional(),
});
export type LimitsIn = z.infer<typeof LimitsIn>;

/** Body of `POST /workflows/:id/approve`, all optional. A browser wallet may sign the approval (Ed25519). */
export const ApproveWorkflow = strict({
  planHash: PlanHash.optional(),
  limits: LimitsIn.optional(),
  expiresAt: z
    .union([WholeIn, z.iso.datetime({ offset: true })])
    .optional()
    .meta({ description: 'Until when payments may be signed: ms or ISO 8601; 15 minutes by default' }),
  signature: z.string().min(1).max(256).optional(),
  wallet: z.string().min(32).max(64).optional(),
  acceptPartial: z.boolean().optional().meta({
    description: 'True: a plan that does only a part of what was asked may begin; other plans do not differ',
  }),
});
export type ApproveWorkflow = z.infer<typeof ApproveWorkflow>;

/** Body of `POST /workflows/:id/cancel`, optional. */
export const CancelWorkflow = strict({ reason: z.string().max(1000).optional() });
export type CancelWorkflow = z.infer<typeof CancelWorkflow>;

/** Path parameter of workflow routes; ids of another form are simply not found. */
export const WorkflowParams = z.object({ id: z.string().min(1).max(250) });
export type WorkflowParams = z.infer<typeof WorkflowParams>;

/** States of a workflow on this family's wire. */
export const WorkflowStatus = z.enum([
  'planning',
  'awaiting_input',
  'awaiting_approval',
  'approved',
  'executing',
  'rolling_back',
  'completed',
  'failed',
  'cancelled',
]);
export type WorkflowStatus = z.infer<typeof WorkflowStatus>;

/** Why approval is asked for. */
export const ApprovalReason = z.enum([
  'budget_exhausted',
  'initial',
  'partial',
  'cost_overrun',
  'price_changed',
  'approval_expired',
  'low_balance',
  'approve_above',
]);
export type ApprovalReason = z.infer<typeof ApprovalReason>;

/** What the planner understood. */
export const Intent = z.object({
  rawInput: z.string(),
  classification: z.string(),
  entities: z.record(z.string(), Json),
  confidence: z.number().min(0).max(1),
  requiredCapabilities: z.array(z.string()),
});
export type Intent = z.infer<typeof Intent>;

/** Why a workflow failed. `code` is UPPER_SNAKE. */
export const WorkflowError = z.object({
  code: z.string(),
  message: z.string(),
  stepId: z.string().optional(),
  timestamp: z.union([MsTime, IsoTime]),
  recoverable: z.boolean(),
  details: Json.optional().meta({
    description: 'What a client can do about it. Of NEEDS_DETAIL the questions: [{path, message, type, ...}]',
  }),
});
export type WorkflowError = z.infer<typeof WorkflowError>;

/** A part that is away and that a workflow waits for: it tries again until `until`, for a `worker` as long as it takes. */
export const WorkflowWaiting = z.object({
  for: z.enum(['catalogue', 'model', 'seller', 'worker']),
  since: IsoTime,
  until: IsoTime.optional(),
  attempt: z.int(),
  detail: z.string(),
  stepId: z.string().optional(),
});
export type WorkflowWaiting = z.infer<typeof WorkflowWaiting>;

/** The question that a workflow in `awaiting_input` waits for. `POST /runs/{id}/inputs {id, data}` answers it, by field. */
export const AwaitedInput = z.object({
  id: z.string(),
  questions: z.array(PlanQuestion),
  expiresAt: IsoTime,
});
export type AwaitedInput = z.infer<typeof AwaitedInput>;

/** Limits that the request's words set; the lower of these and the fields counts, and `maxCost` and `maxTime` show that. */
export const WorkflowLimits = z.object({
  maxCost: MoneyOut.optional(),
  maxTime: z.number().optional(),
  verifiedOnly: z.literal(true).optional(),
  notFrom: z.array(z.string()).optional(),
});
export type WorkflowLimits = z.infer<typeof WorkflowLimits>;

/** A workflow (reasoning.md). Times of running are ms, costs whole units of the plan's asset. */
export const Workflow = z.object({
  id: WorkflowId,
  userId: UserId,
  naturalLanguageInput: z.string(),
  intent: Intent.optional(),
  understanding: Understanding.optional(),
  executionPlan: Plan.optional(),
  status: WorkflowStatus,
  approvalReason: ApprovalReason.optional(),
  currentStep: z.string().optional(),
  waiting: WorkflowWaiting.optional(),
  awaitingInput: AwaitedInput.optional(),
  stepResults: z.record(z.string(), StepResult).optional(),
  estimatedCost: MoneyOut.optional(),
  estimatedTime: z.number().optional(),
  totalCost: MoneyOut,
  totalTime: z.number(),
  maxCost: MoneyOut.optional(),
  maxTime: z.number().optional(),
  limits: WorkflowLimits.optional(),
  approval: z
    .object({
      planHash: PlanHash,
      approvedAt: z.union([IsoTime, MsTime]),
      expiresAt: z.union([IsoTime, MsTime]),
      limits: Limits,
    })
    .optional(),
  attention: z.array(z.string()),
  output: Json.optional(),
  paymentSignatures: z.array(z.string()),
  createdAt: IsoTime,
  startedAt: IsoTime.optional(),
  completedAt: IsoTime.optional(),
  error: WorkflowError.optional(),
  metadata: JsonObject.optional(),
  lastSeq: z.int().min(0),
});
export type Workflow = z.infer<typeof Workflow>;

/** 201 of `POST /workflows/create`. */
export const CreatedWorkflow = z.object({
  success: z.literal(true),
  workflow: z.object({ id: WorkflowId, status: z.literal('planning'), createdAt: IsoTime }),
});
export type CreatedWorkflow = z.infer<typeof CreatedWorkflow>;

/** 200 of `GET /workflows/:id`. */
export const WorkflowAnswer = z.object({ success: z.literal(true), workflow: Workflow });
export type WorkflowAnswer = z.infer<typeof WorkflowAnswer>;

/** 200 of `GET /workflows/:id/steps`. */
export const StepsAnswer = z.object({
  success: z.literal(true),
  steps: z.array(Step),
  stepResults: z.record(z.string(), StepResult),
});
export type StepsAnswer = z.infer<typeof StepsAnswer>;

/** 200 of `POST /workflows/:id/approve`; 202 without a hash while the plan is still being made. */
export const ApproveAnswer = z.object({
  success: z.literal(true),
  message: z.string().meta({ example: 'Workflow approved and execution started' }),
  planHash: PlanHash.optional(),
});
export type ApproveAnswer = z.infer<typeof ApproveAnswer>;

/** 200 of `POST /workflows/:id/cancel`. */
export const CancelAnswer = z.object({
  success: z.literal(true),
  message: z.string(),
  status: WorkflowStatus,
});
export type CancelAnswer = z.infer<typeof CancelAnswer>;

/** 200 of `GET /users/:userId/workflows`, newest first; `total` counts all of them. */
export const WorkflowsAnswer = z.object({
  success: z.literal(true),
  workflows: z.array(Workflow),
  total: z.int().min(0),
  nextCursor: Cursor.nullable(),
});
export type WorkflowsAnswer = z.infer<typeof WorkflowsAnswer>;
