import express, { Router, type Express, type Request, type RequestHandler } from 'express';
import type { LocalAssets } from '../../embedded/chains/local-assets.ts';
import { handleErrors, onlyLoopback } from '../facilitator/http.ts';
import type { ServiceAnswer, ServiceDefinition } from './definition.ts';
import { rememberAnswers } from './idempotency.ts';
import { tellPayments } from './paid.ts';
import { createPaymentMiddleware } from './payments.ts';
import { createV1Payments } from './payments-v1.ts';
import { createPrices, formatUsdc, parseUsdc, type Prices } from './prices.ts';
import { createRegistry, type Registry } from './registry.ts';
import { cancelBooking, createBookingService, type BookingDeps } from './sellers/bookings.ts';
import { createCreditService } from './sellers/credit.ts';
import { createDocumentServices } from './sellers/documents.ts';
import { createForecastService } from './sellers/forecast.ts';
import { createMarketServices } from './sellers/market.ts';
import { createStatisticsService } from './sellers/statistics.ts';
import { createTextServices } from './sellers/text.ts';

export interface ServicesAppOptions {
  readonly assets: LocalAssets;
  readonly facilitatorUrl: string;
  readonly bookings: BookingDeps;
  /** How long the slow service takes. */
  readonly slowMs?: number | undefined;
  readonly now?: (() => Date) | undefined;
}

export function createServices({
  bookings,
  slowMs = 3000,
  now = () => new Date(),
}: ServicesAppOptions): ServiceDefinition[] {
  return [
    ...createMarketServices({ now }),
    createStatisticsService(),
    ...createTextServices(),
    ...createDocumentServices(),
    createForecastService({ totalMs: slowMs }),
    createCreditService(),
    createBookingService(bookings),
  ];
}

/** All sample services, their registry and their control, without a socket. */
export function createServicesApp(options: ServicesAppOptions): {
  app: Express;
  services: readonly ServiceDefinition[];
} {
  const { assets, facilitatorUrl } = options;
  const services = createServices(options);
  const prices = createPrices();
  const registry = createRegistry(
    services,
    prices,
    (service) => assets.solana.sellers[service.seller].address,
  );
  const v1 = createV1Payments({ assets, prices, facilitatorUrl });
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '1mb' }));
  app.use(registryRoutes(services, registry, prices));
  app.use(refuseBadInput(services));
  app.use(rememberAnswers());
  app.use(tellPayments(services));
  app.post('/bookings/cancel', async (request, response) =>
    send(response, await cancelBooking(options.bookings, request.body)),
  );
  for (const service of services.filter(({ speaksV1 }) => speaksV1)) {
    on(app, service, v1.handle(service, answerWith(service, registry)));
  }
  app.use(
    createPaymentMiddleware({
      services,
      assets,
      prices,
      facilitatorUrl,
      unpaidBody: (service, url) => v1.unpaidBody(service, url),
    }),
  );
  for (const service of services) on(app, service, answerWith(service, registry));
  app.use(
    (request, response) =>
      void response.status(404).json({ error: `No service at ${request.method} ${request.path}` }),
  );
  app.use(handleErrors);
  return { app, services };
}

function on(app: Express, { method, path }: ServiceDefinition, handler: RequestHandler): void {
  if (method === 'GET') app.get(path, handler);
  else app.post(path, handler);
}

const inputOf = (service: ServiceDefinition, request: Request): unknown =>
  service.method === 'GET' ? request.query : (request.body ?? {});

/** Checked before a price is named: nobody pays for a request that cannot be answered. */
function refuseBadInput(services: readonly ServiceDefinition[]): RequestHandler {
  return (request, response, next) => {
    const service = services.find(({ method, path }) => method === request.method && path === request.path);
    const parsed = service?.parse(inputOf(service, request));
    if (!parsed || parsed.ok) return next();
    response.status(400).json({ error: parsed.reason, code: 'invalid_input' });
  };
}

function answerWith(service: ServiceDefinition, registry: Registry): RequestHandler {
  return async (request, response) => {
    const parsed = service.parse(inputOf(service, request));
    if (!parsed.ok) return void response.status(400).json({ error: parsed.reason, code: 'invalid_input' });
    const start = performance.now();
    const answer = await service.answer(parsed.input, { idempotencyKey: request.get('idempotency-key') });
    registry.measure(service.id, performance.now() - start, answer.status);
    send(response, answer);
  };
}

function send(response: express.Response, { status, body, retryAfterSeconds }: ServiceAnswer): void {
  if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
  response.status(status).json(body);
}

function registryRoutes(services: readonly ServiceDefinition[], registry: Registry, prices: Prices): Router {
  const router = Router();
  const baseUrl = (request: Request) => `${request.protocol}://${request.get('host')}`;
  router.get(
    '/health',
    (_request, response) => void response.json({ status: 'healthy', services: services.length }),
  );
  router.get('/services', (request, response) => {
    const { category } = request.query;
    response.json({
      services: registry.list(baseUrl(request), typeof category === 'string' ? category : undefined),
    });
  });
  router.get('/services/:id', (request, response) => {
    const service = registry.list(baseUrl(request)).find(({ id }) => id === request.params.id);
    if (service) response.json({ service });
    else response.status(404).json({ error: `No service ${request.params.id}` });
  });
  router.post('/_control/price', onlyLoopback, (request, response) => {
    const { id, price } = (request.body ?? {}) as Record<string, unknown>;
    const service = services.find((candidate) => candidate.id === id && candidate.chains.length > 0);
    const minor = typeof price === 'string' ? parseUsdc(price) : undefined;
    if (!service || !minor) {
      return void response
        .status(400)
        .json({ error: 'Send the id of a paid service and price as a decimal string above 0' });
    }
    prices.set(service.id, minor);
    response.json({ id: service.id, price: formatUsdc(minor) });
  });
  return router;
}
