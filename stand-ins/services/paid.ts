import type { RequestHandler, Response } from 'express';
import type { ServiceDefinition, ServicePayment } from './definition.ts';

type Fields = Record<string, unknown>;

/** Tells a service what its answer earned, after settlement and before the buyer gets the answer. */
export function tellPayments(services: readonly ServiceDefinition[]): RequestHandler {
  return (request, response, next) => {
    const service = services.find(({ method, path }) => method === request.method && path === request.path);
    if (!service?.onPaid) return next();
    const end = response.end.bind(response) as (...args: unknown[]) => Response;
    response.end = (...args: unknown[]) => {
      const payment = paymentOf(request.get('payment-signature'), response.getHeader('payment-response'));
      const answer = payment && decodeJson(String(args[0]));
      if (answer) service.onPaid?.(answer, payment);
      return end(...args);
    };
    next();
  };
}

function paymentOf(signed: string | undefined, receipt: unknown): ServicePayment | undefined {
  const accepted = decodeHeader(signed)?.['accepted'] as Fields | undefined;
  const settled = typeof receipt === 'string' ? decodeHeader(receipt) : undefined;
  if (!accepted || settled?.['success'] !== true) return undefined;
  return {
    network: String(accepted['network']),
    asset: String(accepted['asset']),
    amount: String(accepted['amount']),
    payer: String(settled['payer']),
    transaction: String(settled['transaction']),
  };
}

const decodeHeader = (header: string | undefined): Fields | undefined =>
  header === undefined ? undefined : decodeJson(Buffer.from(header, 'base64').toString('utf8'));

function decodeJson(text: string): Fields | undefined {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return undefined;
  }
}
