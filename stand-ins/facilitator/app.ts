import express, { type Express } from 'express';
import type { x402Facilitator } from '@x402/core/facilitator';
import { BAZAAR, extractDiscoveryInfo } from '@x402/extensions/bazaar';
import { createCatalogue, DiscoveryResource, type Catalogue } from './catalogue.ts';
import { createDiscoveryRouter } from './discovery-routes.ts';
import { handleErrors } from './http.ts';
import { createPaymentRouter } from './payment-routes.ts';
import type { LocalFacilitator } from './schemes.ts';

export interface FacilitatorAppOptions {
  readonly local: LocalFacilitator;
  readonly catalogue?: Catalogue | undefined;
}

/** The x402 facilitator with its Bazaar, without a socket. */
export function createFacilitatorApp({
  local,
  catalogue = createCatalogue(),
}: FacilitatorAppOptions): Express {
  const { facilitator } = local;
  facilitator.registerExtension(BAZAAR);
  catalogueSettledPayments(facilitator, catalogue);
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '1mb' }));
  app.get('/health', (_request, response) => void response.json({ status: 'healthy' }));
  app.use(createPaymentRouter(local));
  app.use(createDiscoveryRouter(catalogue));
  app.use(
    (request, response) =>
      void response.status(404).json({ error: `No route ${request.method} ${request.path}` }),
  );
  app.use(handleErrors);
  return app;
}

function catalogueSettledPayments(facilitator: x402Facilitator, catalogue: Catalogue): void {
  facilitator.onAfterSettle(async ({ paymentPayload, requirements, result }) => {
    const found = result.success ? extractDiscoveryInfo(paymentPayload, requirements) : null;
    if (!found) return;
    const { resourceUrl, discoveryInfo, ...rest } = found;
    // The buyer relays these fields. What does not have the shape of a resource is not catalogued.
    const parsed = DiscoveryResource.safeParse({
      ...rest,
      resource: resourceUrl,
      type: discoveryInfo.input.type,
      accepts: [requirements],
    });
    if (parsed.success) catalogue.merge(parsed.data);
  });
}
