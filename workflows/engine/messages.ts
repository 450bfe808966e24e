import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  QUERIES,
  SIGNALS,
  UPDATES,
  type ApproveAnswer,
  type ApproveRequest,
  type CancelPlan,
  type DecisionAnswer,
  type DecisionRequest,
  type ProvideInputAnswer,
  type ProvideInputRequest,
} from '../../domain/messages.ts';
import type { JsonObject } from '../../schemas/core/json.ts';

export const approveRun = defineUpdate<ApproveAnswer, [ApproveRequest]>(UPDATES.approve);
export const rejectRun = defineUpdate<DecisionAnswer, [DecisionRequest]>(UPDATES.reject);
export const cancelRun = defineUpdate<DecisionAnswer, [DecisionRequest]>(UPDATES.cancel);

export const provideInput = defineUpdate<ProvideInputAnswer, [ProvideInputRequest]>(UPDATES.provideInput);

/**
 * From the Web UI or the CLI, with or without an argument: `temporal workflow signal --name approve`. They are sent by hand, so
 * their guards read them (`domain/messages/guards.ts`).
 */
export const approveSignal = defineSignal<[unknown?]>(SIGNALS.approve);
export const rejectSignal = defineSignal<[unknown?]>(SIGNALS.reject);
export const cancelSignal = defineSignal<[unknown?]>(SIGNALS.cancel);
export const inputSignal = defineSignal<[unknown?]>(SIGNALS.input);

export const stateQuery = defineQuery<JsonObject>(QUERIES.state);

export const cancelPlanQuery = defineQuery<CancelPlan>(QUERIES.cancelPlan);

export const STATUS_ATTRIBUTE = defineSearchAttributeKey('StewardStatus', SearchAttributeType.KEYWORD);
