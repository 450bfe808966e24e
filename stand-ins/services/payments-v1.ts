import type { Request, RequestHandler, Response } from 'express';
import type { LocalAssets } from '../../embedded/chains/local-assets.ts';
import type { ServiceDefinition } from './definition.ts';
import { MAX_TIMEOUT_SECONDS } from './payments.ts';
import type { Prices } from './prices.ts';

/**
 * x402 v1 by hand, because the express middleware speaks v2 only. On Solana, because v1 has no name for a local EVM
 * chain.
 */
export interface V1Payments {
  /** The 402 body: `{x402Version:1, accepts:[...]}`. */
  unpaidBody(service: ServiceDefinition, url: string): unknown;
  /** Takes calls with `X-PAYMENT`; all other calls go on to v2. */
  handle(service: ServiceDefinition, answer: RequestHandler): RequestHandler;
}

export interface V1Options {
  readonly assets: LocalAssets;
  readonly prices: Prices;
  readonly facilitatorUrl: string;
}

type Requirements = Record<string, unknown>;
type Verdict = Record<string, unknown> & {
  isValid?: boolean;
  invalidReason?: string;
  success?: boolean;
  errorReason?: string;
};

export function createV1Payments({ assets, prices, facilitatorUrl }: V1Options): V1Payments {
  const ask = (path: 'verify' | 'settle', paymentPayload: unknown, paymentRequirements: Requirements) =>
    postJson(`${facilitatorUrl}/${path}`, { x402Version: 1, paymentPayload, paymentRequirements });

  async function pay(
    service: ServiceDefinition,
    request: Request,
    response: Response,
    answer: RequestHandler,
  ) {
    const requirements = requirementsOf(service, urlOf(request), assets, prices);
    const refuse = (error: string) =>
      void response.status(402).json({ x402Version: 1, error, accepts: [requirements] });
    const payload = decodeHeader(request.get('x-payment'));
    if (!payload) return void response.status(400).json({ error: 'X-PAYMENT: base64 of a JSON payload' });
    const verdict = await ask('verify', payload, requirements);
    if (!verdict.isValid) return refuse(verdict.invalidReason ?? 'invalid_payment');
    await answerThenSettle(
      response,
      () => answer(request, response, () => undefined),
      async () => {
        const settled = await ask('settle', payload, requirements);
        if (settled.success)
          response.set('X-PAYMENT-RESPONSE', Buffer.from(JSON.stringify(settled)).toString('base64'));
        return settled.success ? undefined : () => refuse(settled.errorReason ?? 'settlement_failed');
      },
    );
  }

  return {
    unpaidBody: (service, url) => ({
      x402Version: 1,
      error: 'X-PAYMENT header is required',
      accepts: [requirementsOf(service, url, assets, prices)],
    }),
    handle: (service, answer) => async (request, response, next) => {
      if (request.get('x-payment') === undefined) return next();
      await pay(service, request, response, answer);
    },
  };
}

function requirementsOf(
  service: ServiceDefinition,
  url: string,
  assets: LocalAssets,
  prices: Prices,
): Requirements {
  const { inputSchema, outputSchema, method, description, seller } = service;
  return {
    scheme: 'exact',
    network: assets.solanaNetworkV1,
    maxAmountRequired: prices.of(service).toString(),
    resource: url,
    description,
    mimeType: 'application/json',
    payTo: assets.solana.sellers[seller].address,
    maxTimeoutSeconds: MAX_TIMEOUT_SECONDS,
    asset: assets.solana.mint.address,
    outputSchema: {
      input: { type: 'http', method, discoverable: true, bodyType: 'json', bodyFields: inputSchema },
      output: outputSchema,
    },
    extra: { feePayer: assets.solana.facilitator.address },
  };
}

/** Holds a good answer back until its payment has settled. An answer from 400 up goes out unpaid. */
async function answerThenSettle(
  response: Response,
  answer: () => unknown,
  settle: () => Promise<(() => void) | undefined>,
): Promise<void> {
  const send = response.json.bind(response);
  let held: unknown;
  response.json = (body: unknown) => {
    held = body;
    return response;
  };
  try {
    await answer();
  } finally {
    response.json = send;
  }
  if (response.statusCode >= 400) return void send(held);
  const refuse = await settle();
  if (refuse) refuse();
  else send(held);
}

const urlOf = (request: Request): string =>
  `${request.protocol}://${request.get('host')}${request.originalUrl}`;

function decodeHeader(header: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(header ?? '', 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

async function postJson(url: string, body: unknown): Promise<Verdict> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Verdict;
}
