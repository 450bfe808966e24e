import { Router, type RequestHandler } from 'express';
import type { x402Facilitator } from '@x402/core/facilitator';
import { parsePaymentPayload, parsePaymentRequirements } from '@x402/core/schemas';
import type { PaymentPayload, PaymentRequirements, SettleResponse, VerifyResponse } from '@x402/core/types';
import { answerInvalid } from './http.ts';
import type { LocalFacilitator } from './schemes.ts';

interface PaymentRequest {
  readonly payload: PaymentPayload;
  readonly requirements: PaymentRequirements;
}

type Judge = (request: PaymentRequest) => Promise<VerifyResponse | SettleResponse>;

/** The facilitator's own three calls, for x402 v1 and v2. */
export function createPaymentRouter(local: LocalFacilitator): Router {
  const { facilitator } = local;
  const router = Router();
  router.get('/supported', (_request, response) => void response.json(facilitator.getSupported()));
  router.post(
    '/verify',
    answerPayment(local, ({ payload, requirements }) => facilitator.verify(payload, requirements)),
  );
  router.post(
    '/settle',
    answerPayment(local, ({ payload, requirements }) => facilitator.settle(payload, requirements)),
  );
  return router;
}

/**
 * A verdict is a 200, even a bad one. A request that cannot be judged is a 400; a chain that does not answer is a 503.
 */
function answerPayment(local: LocalFacilitator, judge: Judge): RequestHandler {
  return async (request, response) => {
    const parsed = parseRequest(request.body);
    if (typeof parsed === 'string') return answerInvalid(response, parsed);
    const { scheme, network } = parsed.requirements;
    if (!isSupported(local.facilitator, parsed)) {
      return answerInvalid(response, `${scheme} on ${network} is not supported, see GET /supported`);
    }
    const verdict = await judge(parsed).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    );
    const isGood = !(verdict instanceof Error) && ('isValid' in verdict ? verdict.isValid : verdict.success);
    if (!isGood && !(await local.isReachable(network))) {
      return void response.status(503).json({ error: `The chain ${network} does not answer, try again` });
    }
    if (verdict instanceof Error)
      return answerInvalid(response, `The payment cannot be judged: ${verdict.message}`);
    response.json(verdict);
  };
}

function parseRequest(body: unknown): PaymentRequest | string {
  const { paymentPayload, paymentRequirements } = (body ?? {}) as Record<string, unknown>;
  const payload = parsePaymentPayload(paymentPayload);
  if (!payload.success) return `paymentPayload: ${describe(payload.error)}`;
  const requirements = parsePaymentRequirements(paymentRequirements);
  if (!requirements.success) return `paymentRequirements: ${describe(requirements.error)}`;
  // The schemas and the types are two descriptions of one shape in the package; parsing would drop unknown fields.
  return {
    payload: paymentPayload as PaymentPayload,
    requirements: paymentRequirements as PaymentRequirements,
  };
}

const describe = (error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'value'} ${issue.message}`).join(', ');

function isSupported(facilitator: x402Facilitator, { payload, requirements }: PaymentRequest): boolean {
  const { scheme, network } = requirements;
  return facilitator
    .getSupported()
    .kinds.some(
      (kind) =>
        kind.x402Version === payload.x402Version && kind.scheme === scheme && kind.network === network,
    );
}
