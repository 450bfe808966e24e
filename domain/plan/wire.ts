import type { JsonObject } from '../../schemas/core/json.ts';
import { hashable } from '../hashable.ts';
import { formatUnits } from '../money.ts';
import type { Plan, PlanStep, SpendLimits } from './plan.ts';
import type { Understanding } from './understanding/understanding.ts';

/** A step as clients see it; `M` is how money is written (a number on the wire). */
export type WireStep<M> = Omit<PlanStep, 'estimatedCost' | 'maxPrice'> & { estimatedCost: M; maxPrice: M };

/** Limits as clients see them. */
export interface WireLimits<M> {
  maxTotalAmount: M;
  maxPerTransaction?: M;
  allowedRecipients?: string[];
}

/** A plan as clients see it (reasoning.md, "Plan"), with the limits its hash covers. */
export interface WirePlan<M> {
  steps: WireStep<M>[];
  dag: { [stepId: string]: string[] };
  criticalPath: string[];
  parallelGroups: string[][];
  totalEstimatedCost: M;
  totalEstimatedTime: number;
  asset: string;
  revision: number;
  planHash: string;
  limits: WireLimits<M>;
  understanding?: Understanding;
}

/** One step for the wire; `money` turns minor units into what is written. */
export function toWireStep<M>(step: PlanStep, money: (minor: string) => M): WireStep<M> {
  return { ...step, estimatedCost: money(step.estimatedCost), maxPrice: money(step.maxPrice) };
}

/** Limits for the wire. */
export function toWireLimits<M>(limits: SpendLimits, money: (minor: string) => M): WireLimits<M> {
  return {
    maxTotalAmount: money(limits.maxTotalAmount),
    ...(limits.maxPerTransaction === undefined ? {} : { maxPerTransaction: money(limits.maxPerTransaction) }),
    ...(limits.allowedRecipients === undefined ? {} : { allowedRecipients: limits.allowedRecipients }),
  };
}

/** A plan for the wire; the API writes money as raw JSON numbers, so that no digit is lost. */
export function toWirePlan<M>(plan: Plan, money: (minor: string) => M): WirePlan<M> {
  return {
    steps: plan.steps.map((step) => toWireStep(step, money)),
    dag: plan.dag,
    criticalPath: plan.criticalPath,
    parallelGroups: plan.parallelGroups,
    totalEstimatedCost: money(plan.totalEstimatedCost),
    totalEstimatedTime: plan.totalEstimatedTime,
    asset: plan.asset,
    revision: plan.revision,
    planHash: plan.planHash,
    limits: toWireLimits(plan.limits, money),
    ...understood(plan),
  };
}

/**
 * What a plan's hash covers, exactly as a client reads it from the wire: {steps, limits, asset, revision}, and {understanding} where
 * the plan has one, with money as JSON numbers. sha256 over its RFC 8785 form, in hex, is the planHash; a client can compute it again.
 * A number in it that no double holds stands as `{"$number": "..."}` there.
 */
export function planHashInput(plan: Omit<Plan, 'planHash'>): JsonObject {
  const money = (minor: string): number => Number(formatUnits(minor, plan.decimals));
  const input = {
    steps: plan.steps.map((step) => toWireStep(step, money)),
    limits: toWireLimits(plan.limits, money),
    asset: plan.asset,
    revision: plan.revision,
    ...understood(plan),
  };
  return hashable(input as unknown as JsonObject) as JsonObject; // interfaces lack the index signature of JsonObject
}

const understood = ({ understanding }: Pick<Plan, 'understanding'>): Pick<Plan, 'understanding'> =>
  understanding === undefined ? {} : { understanding };
