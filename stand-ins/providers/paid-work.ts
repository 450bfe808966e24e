import { join } from 'node:path';
import type { JsonObject } from '../../schemas/core/json.ts';
import { openKeptMap } from './kept-map.ts';
import type { PaymentProof, VerifyPayment } from './payment.ts';
import type { Problem } from './problems.ts';

/** What was done for a task, and for which payment. */
interface Done extends PaymentProof {
  key: string;
  block: number;
  answer: JsonObject;
}

type Outcome = { answer: JsonObject } | { problem: Problem };

export interface PaidWork {
  /**
   * Does the work of a task once its payment was seen. The same task gets the same answer again, also after a restart. `work`
   * may be done again for the same task after a crash, and must not wait: what is at once is done once.
   */
  once(proof: PaymentProof, work: () => JsonObject): Promise<Outcome>;
}

interface Options {
  /** Where it is kept; without it nothing outlives the process. */
  dir?: string | undefined;
  verify: VerifyPayment;
  limit?: number | undefined;
}

const LIMIT = 10_000;
const AGAIN_S = 1;

/**
 * A payment is good for one task. Where old tasks are forgotten, payments as old as theirs are refused, so that none can be
 * used a second time.
 */
export function openPaidWork({ dir, verify, limit = LIMIT }: Options): PaidWork {
  const tasks = new Map<string, string>();
  const horizon = openKeptMap<number>({ file: dir && join(dir, 'horizon.jsonl'), limit: 1 });
  const oldest = (): number => horizon.get('block') ?? 0;
  const done = openKeptMap<Done>({
    file: dir && join(dir, 'tasks.jsonl'),
    limit,
    forgotten({ key, block }) {
      tasks.delete(key);
      if (block > oldest()) horizon.set('block', block);
    },
  });
  for (const { key, taskId } of done.values()) tasks.set(key, taskId);

  const known = (proof: PaymentProof): Outcome | undefined => {
    const before = done.get(proof.taskId);
    if (before === undefined) return undefined;
    return isSame(before, proof) ? { answer: before.answer } : { problem: OTHER_PAYMENT };
  };

  return {
    async once(proof, work) {
      const before = known(proof);
      if (before !== undefined) return before;
      const verdict = await verify(proof);
      if (verdict.kind === 'away') return { problem: AWAY };
      if (verdict.kind !== 'paid')
        return {
          problem: {
            status: 402,
            detail: verdict.detail,
            retryAfter: verdict.kind === 'unseen' ? AGAIN_S : undefined,
          },
        };
      const meanwhile = known(proof);
      if (meanwhile !== undefined) return meanwhile;
      const { key, block } = verdict;
      if (tasks.has(key)) return { problem: USED };
      if (block > 0 && block <= oldest()) return { problem: TOO_OLD };
      const answer = work();
      done.set(proof.taskId, { ...proof, key, block, answer });
      tasks.set(key, proof.taskId);
      return { answer };
    },
  };
}

const isSame = (known: Done, { callHash, paymentTx }: PaymentProof): boolean =>
  known.callHash === callHash && known.paymentTx === paymentTx;

const AWAY: Problem = {
  status: 503,
  detail: 'The chain does not answer, so the payment cannot be seen.',
  retryAfter: AGAIN_S,
};
const USED: Problem = { status: 402, detail: 'This payment was used for another taskId.' };
const TOO_OLD: Problem = { status: 402, detail: 'This payment is too old to be told from a used one.' };
const OTHER_PAYMENT: Problem = {
  status: 402,
  detail: 'This taskId was paid with another paymentTx or serviceCallHash.',
};
