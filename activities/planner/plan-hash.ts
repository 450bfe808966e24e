import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Plan } from '../../domain/plan/plan.ts';
import { planHashInput } from '../../domain/plan/wire.ts';

/** Hex SHA-256 over the RFC 8785 form of {steps, limits, asset, revision, understanding} as clients see them (reasoning.md, "Plan"). */
export function planHash(plan: Omit<Plan, 'planHash'>): string {
  return createHash('sha256')
    .update(canonicalize(planHashInput(plan)) ?? '')
    .digest('hex');
}

export const withHash = (plan: Omit<Plan, 'planHash'>): Plan => ({ ...plan, planHash: planHash(plan) });
