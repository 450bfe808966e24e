import { paymentMiddleware } from '@x402/express';
import { HTTPFacilitatorClient, x402ResourceServer, type RouteConfig } from '@x402/core/server';
import type { Network } from '@x402/core/types';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import { bazaarResourceServerExtension, declareDiscoveryExtension } from '@x402/extensions/bazaar';
import {
  declarePaymentIdentifierExtension,
  PAYMENT_IDENTIFIER,
  paymentIdentifierResourceServerExtension,
} from '@x402/extensions/payment-identifier';
import { ExactSvmScheme } from '@x402/svm/exact/server';
import type { RequestHandler } from 'express';
import type { LocalAssets } from '../../embedded/chains/local-assets.ts';
import type { PaymentChain, ServiceDefinition } from './definition.ts';
import type { Prices } from './prices.ts';

/**
 * How long a signed payment may wait to be settled. It is short: until it has passed, an unknown outcome stays unknown.
 */
export const MAX_TIMEOUT_SECONDS = 60;

export interface PaymentOptions {
  readonly services: readonly ServiceDefinition[];
  readonly assets: LocalAssets;
  readonly prices: Prices;
  readonly facilitatorUrl: string;
  /** The 402 body of a service that speaks v1 as well. */
  readonly unpaidBody: (service: ServiceDefinition, url: string) => unknown;
}

/** x402 v2 in front of every paid service: verified before the handler runs, settled after it answered well. */
export function createPaymentMiddleware(options: PaymentOptions): RequestHandler {
  const { services, assets, facilitatorUrl } = options;
  const server = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitatorUrl }))
    .register(assets.evm.network as Network, new ExactEvmScheme())
    .register(assets.solanaNetwork as Network, new ExactSvmScheme())
    .registerExtension(bazaarResourceServerExtension)
    .registerExtension(paymentIdentifierResourceServerExtension);
  const paid = services.filter((service) => service.chains.length > 0);
  const routes = Object.fromEntries(
    paid.map((service) => [`${service.method} ${service.path}`, routeOf(service, options)]),
  );
  return paymentMiddleware(routes, server);
}

function routeOf(service: ServiceDefinition, { assets, prices, unpaidBody }: PaymentOptions): RouteConfig {
  const { description, name, capabilities } = service;
  return {
    accepts: service.chains.map((chain) => optionOf(service, chain, assets, prices)),
    description,
    mimeType: 'application/json',
    serviceName: name,
    tags: capabilities.slice(0, 5),
    extensions: {
      ...declareDiscoveryExtension(discoveryOf(service)),
      [PAYMENT_IDENTIFIER]: declarePaymentIdentifierExtension(),
    },
    ...(service.speaksV1 && {
      unpaidResponseBody: ({ adapter }) => ({
        contentType: 'application/json',
        body: unpaidBody(service, adapter.getUrl()),
      }),
    }),
  };
}

type PaymentOption = Extract<RouteConfig['accepts'], readonly unknown[]>[number];

function optionOf(
  service: ServiceDefinition,
  chain: PaymentChain,
  assets: LocalAssets,
  prices: Prices,
): PaymentOption {
  const { evm, solana } = assets;
  const { address, name, version } = evm.token;
  const price = () => ({
    asset: chain === 'evm' ? address : solana.mint.address,
    amount: prices.of(service).toString(),
    // An EIP-3009 signer needs these for the token's EIP-712 domain.
    ...(chain === 'evm' && { extra: { name, version } }),
  });
  return {
    scheme: 'exact',
    network: (chain === 'evm' ? evm.network : assets.solanaNetwork) as Network,
    payTo: assets[chain].sellers[service.seller].address,
    price,
    maxTimeoutSeconds: service.offerSeconds ?? MAX_TIMEOUT_SECONDS,
  };
}

function discoveryOf(service: ServiceDefinition): Parameters<typeof declareDiscoveryExtension>[0] {
  const shared = {
    input: { ...service.example.input },
    inputSchema: { ...service.inputSchema },
    output: { example: service.example.output, schema: { ...service.outputSchema } },
  };
  return service.method === 'GET' ? shared : { ...shared, bodyType: 'json' };
}
