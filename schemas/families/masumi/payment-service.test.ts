import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { answerShape, given, requestShape, resolver } from '../../../tests/support/given-payment-service.ts';
import { compareAnswer, compareRequest } from '../../../tests/support/openapi-comparison.ts';
import {
  AgentAnswer,
  AgentQuery,
  BuyerAction,
  CreatePaymentRequest,
  CreatePurchaseRequest,
  PaymentAnswer,
  PaymentListAnswer,
  PaymentListQuery,
  PaymentServiceHealth,
  PaymentSourceListAnswer,
  PaymentSourceQuery,
  PurchaseAnswer,
  PurchaseExistsAnswer,
  PurchaseListAnswer,
  RefundRequest,
  ResolveRequest,
  SellerAction,
  SubmitResultRequest,
} from './payment-service.ts';

// Search and the manual-action filter are for the service's own dashboard.
const NOT_ASKED = ['filterNeedsManualAction', 'searchQuery'];

describe('our schemas and the given OpenAPI of the payment service', () => {
  it.for<[string, z.ZodType]>([
    ['POST /payment', CreatePaymentRequest],
    ['GET /payment', PaymentListQuery],
    ['POST /payment/resolve-blockchain-identifier', ResolveRequest],
    ['POST /payment/submit-result', SubmitResultRequest],
    ['POST /payment/authorize-refund', RefundRequest],
    ['POST /purchase', CreatePurchaseRequest],
    ['GET /purchase', PaymentListQuery],
    ['POST /purchase/resolve-blockchain-identifier', ResolveRequest],
    ['POST /purchase/request-refund', RefundRequest],
    ['POST /purchase/cancel-refund-request', RefundRequest],
    ['GET /registry/agent-identifier', AgentQuery],
    ['GET /payment-source', PaymentSourceQuery],
  ])('say the same of a request to %s', ([route, schema], context) => {
    const all = given(context);
    const shape = requestShape(all, route);
    expect(compareRequest(schema, shape, resolver(all), NOT_ASKED)).toEqual([]);
  });

  it.for<[string, string, z.ZodType]>([
    ['POST /payment', '200', PaymentAnswer],
    ['GET /payment', '200', PaymentListAnswer],
    ['POST /payment/resolve-blockchain-identifier', '200', PaymentAnswer],
    ['POST /payment/submit-result', '200', PaymentAnswer],
    ['POST /payment/authorize-refund', '200', PaymentAnswer],
    ['POST /purchase', '200', PurchaseAnswer],
    ['POST /purchase', '409', PurchaseExistsAnswer],
    ['GET /purchase', '200', PurchaseListAnswer],
    ['POST /purchase/resolve-blockchain-identifier', '200', PurchaseAnswer],
    ['POST /purchase/request-refund', '200', PurchaseAnswer],
    ['POST /purchase/cancel-refund-request', '200', PurchaseAnswer],
    ['GET /registry/agent-identifier', '200', AgentAnswer],
    ['GET /payment-source', '200', PaymentSourceListAnswer],
    ['GET /health', '200', PaymentServiceHealth],
  ])('read every answer of %s with %s', ([route, status, schema], context) => {
    const all = given(context);
    const shape = answerShape(all, route, status);
    expect(compareAnswer(schema, shape, resolver(all))).toEqual([]);
  });

  it.for([
    ['Payment', SellerAction],
    ['Purchase', BuyerAction],
  ] as const)('name every action of a %s', ([name, actions], context) => {
    const action = given(context).components.schemas[name]?.properties?.['NextAction'];
    expect(new Set<unknown>(actions.options)).toEqual(new Set(action?.properties?.['requestedAction']?.enum));
  });
});

describe('a request to the payment service', () => {
  const order = {
    network: 'Preprod',
    agentIdentifier: 'a'.repeat(57),
    inputHash: 'ab'.repeat(32),
    identifierFromPurchaser: 'ab'.repeat(10),
  };

  it.each([
    ['an identifier that is no hex', { identifierFromPurchaser: 'my-job-1234567' }],
    ['an odd number of hex digits', { identifierFromPurchaser: 'a'.repeat(15) }],
    ['an identifier that is too long', { identifierFromPurchaser: 'ab'.repeat(14) }],
    ['an amount that is no whole number', { RequestedFunds: [{ unit: '', amount: '1.5' }] }],
    ['a time in seconds', { payByTime: '1717171717' }],
  ])('is refused with %s', (_name, change) => {
    expect(CreatePaymentRequest.safeParse(order).success).toBe(true);
    expect(CreatePaymentRequest.safeParse({ ...order, ...change }).success).toBe(false);
  });
});
