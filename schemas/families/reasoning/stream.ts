import { z } from 'zod';
import { JsonObject } from '../../core/json.ts';
import { MsTime, WorkflowId } from './primitives.ts';
import { WorkflowStatus } from './workflow.ts';

/** Event types of this family's stream. */
export const WorkflowEventType = z.enum([
  'workflow.planning',
  'workflow.awaiting_input',
  'workflow.plan_ready',
  'workflow.awaiting_approval',
  'workflow.approved',
  'workflow.executing',
  'workflow.rolling_back',
  'workflow.rolled_back',
  'workflow.completed',
  'workflow.failed',
  'workflow.cancelled',
  'approval.ignored',
  'step.started',
  'step.progress',
  'step.completed',
  'step.failed',
  'step.skipped',
  'step.compensated',
  'step.compensation_failed',
]);
export type WorkflowEventType = z.infer<typeof WorkflowEventType>;

/** One frame of a stream; `seq` counts 1, 2, 3... without gaps. */
export const WorkflowEvent = z.object({
  workflowId: WorkflowId,
  type: WorkflowEventType,
  data: JsonObject,
  timestamp: MsTime,
  seq: z.int().min(1),
});
export type WorkflowEvent = z.infer<typeof WorkflowEvent>;

/** The first frame of every stream. */
export const ConnectedFrame = z.object({
  type: z.literal('connected'),
  workflowId: WorkflowId,
  seq: z.int().min(0),
  status: WorkflowStatus,
});
export type ConnectedFrame = z.infer<typeof ConnectedFrame>;

/** Query of `GET /workflows/:id/stream`: events after this seq are replayed. */
export const StreamQuery = z.object({ after: z.coerce.number().int().min(0).optional() });
export type StreamQuery = z.infer<typeof StreamQuery>;
