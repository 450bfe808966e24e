import { randomUUID } from 'node:crypto';
import {
  WorkflowUpdateFailedError,
  type WorkflowHandle,
  type WorkflowUpdateHandle,
} from '@temporalio/client';
import type { CommandCtx } from '../context.ts';
import { isUnavailable } from '../errors.ts';

/** What the run told earlier tries of a request, or the id under which it is asked now. */
export type Tries<A> = { answer: A } | { next: string };

const MOST_LOOKS = 20; // a key that was refused so often is judged anew without a look at its earlier tries

/**
 * Temporal answers an update's id once, refusals included, and a refusal counts only while its cause lasts. So the tries of one
 * request (its Idempotency-Key) have ids in a row: the first one that did something is the answer to all later ones, and what
 * follows the refused ones is asked anew. An id never stands for a plan: a user who tops up and approves again must be heard.
 */
export async function lookAtTries<A>({ claim }: CommandCtx, workflow: WorkflowHandle): Promise<Tries<A>> {
  if (claim === undefined) return { next: randomUUID() };
  const { route, caller, key } = claim.key;
  for (let refused = 0; refused < MOST_LOOKS; refused++) {
    const next = JSON.stringify([route, caller, key, ...(refused === 0 ? [] : [refused])]);
    const told = await lookAt(workflow.getUpdateHandle<A>(next));
    if (told === undefined) return { next };
    if (told !== 'refused') return told;
  }
  return { next: JSON.stringify([route, caller, key, randomUUID()]) };
}

/** Undefined when the run was never asked under this id. Throws while nobody can tell. */
async function lookAt<A>(
  update: Pick<WorkflowUpdateHandle<A>, 'result'>,
): Promise<{ answer: A } | 'refused' | undefined> {
  try {
    const answer = await update.result();
    return isRefusal(answer) ? 'refused' : { answer };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return 'refused';
    if (isUnavailable(error)) throw error;
    return undefined;
  }
}

/** An answer to a question whose values were refused: the question is still open. */
const isRefusal = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'rejected';
