import { z } from 'zod';

/** What a request proves its payment with. */
export interface PaymentProof {
  taskId: string;
  /** 64 hex digits. */
  callHash: string;
  /** 0x and 64 hex digits. */
  paymentTx: string;
}

/** What a look at a payment shows. */
export type Verdict =
  /** `key` names the payment, and `block` where it is; a made-up payment is in no block. */
  | { kind: 'paid'; key: string; block: number }
  | { kind: 'refused'; detail: string }
  /** Not mined yet. */
  | { kind: 'unseen'; detail: string }
  /** The chain does not answer. */
  | { kind: 'away' };

/** Says whether a payment was made for a task. */
export type VerifyPayment = (proof: PaymentProof) => Promise<Verdict>;

const HASH = /^(0x)?[0-9a-fA-F]{64}$/;
const FIELDS = {
  taskId: z.string().min(1).max(200),
  serviceCallHash: z.string().regex(HASH),
  paymentTx: z.string().regex(/^0x[0-9a-fA-F]{64}$/),
};

/** The fields of a body, or of the query of a GET; else which are missing or of another form. */
export function readProof(
  values: unknown,
): { ok: true; proof: PaymentProof } | { ok: false; missing: string[] } {
  const given = (typeof values === 'object' && values !== null ? values : {}) as Record<string, unknown>;
  const parsed = z.object(FIELDS).safeParse(given);
  if (!parsed.success) {
    const missing = Object.entries(FIELDS)
      .filter(([name, field]) => !field.safeParse(given[name]).success)
      .map(([name]) => name);
    return { ok: false, missing };
  }
  const { taskId, serviceCallHash, paymentTx } = parsed.data;
  return {
    ok: true,
    proof: {
      taskId,
      callHash: serviceCallHash.replace(/^0x/, '').toLowerCase(),
      paymentTx: paymentTx.toLowerCase(),
    },
  };
}
