import { Router, type RequestHandler } from 'express';
import type { x402Facilitator } from '@x402/core/facilitator';
import { parsePaymentPayload, parsePaymentRequirements } from '@x402/core/schemas';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { answerInvalid } from './http.ts';

interface PaymentRequest {
  readonly payload: PaymentPayload;
  readonly requirements: PaymentRequirements;
}

/** The facilitator's own three calls, for x402 v1 and v2. */
export function createPaymentRouter(facilitator: x402Facilitator): Router {
  const router = Router();
  router.get('/supported', (_request, response) => void response.json(facilitator.getSupported()));
  router.post(
    '/verify',
    answerPayment(facilitator, ({ payload, requirements }) => facilitator.verify(payload, requirements)),
  );
  router.post(
    '/settle',
    answerPayment(facilitator, ({ payload, requirements }) => facilitator.settle(payload, requirements)),
  );
  return router;
}

/** A verdict is a 200, also a bad one. What cannot be judged is a 400; a chain that does not answer is a 503. */
function answerPayment(
  facilitator: x402Facilitator,
  judge: (request: PaymentRequest) => Promise<unknown>,
): RequestHandler {
  return async (request, response) => {
    const parsed = parseRequest(request.body);
    if (typeof parsed === 'string') return answerInvalid(response, parsed);
    if (!isSupported(facilitator, parsed)) {
      const { scheme, network } = parsed.requirements;
      return answerInvalid(response, `${scheme} on ${network} is not supported, see GET /supported`);
    }
    try {
      response.json(await judge(parsed));
    } catch (error) {
      if (isUnreachable(error)) throw error;
      answerInvalid(
        response,
        `The payment cannot be judged: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
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

const UNREACHABLE = /fetch failed|ECONNREFUSED|ECONNRESET|HTTP request failed/;

function isUnreachable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (UNREACHABLE.test(cause.message)) return true;
  }
  return false;
}
