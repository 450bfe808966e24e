import type { Ctx } from '../../context.ts';
import { ApiError } from '../../problem.ts';

/** True when the key may act for this user: its own subject, a key without one, or an admin's. */
export function mayActFor({ principal }: Pick<Ctx, 'principal'>, userId: string): boolean {
  return principal.subject === null || principal.subject === userId || principal.scopes.includes('admin');
}

/** Bearer key -> one userId (reasoning.md): another's name is refused before anything is looked up. */
export function requireUser(ctx: Pick<Ctx, 'principal'>, userId: string): void {
  if (!mayActFor(ctx, userId))
    throw new ApiError('forbidden', 'This key acts for another user; use the userId it was made for.');
}

export const workflowNotFound = (): ApiError => new ApiError('workflow_not_found', 'Workflow not found');
