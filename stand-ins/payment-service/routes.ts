import { Router, type RequestHandler } from 'express';
import {
  AgentQuery,
  CreatePaymentRequest,
  CreatePurchaseRequest,
  isHex,
  PaymentListQuery,
  PaymentSourceQuery,
  PaymentSourceType,
  RefundRequest,
  ResolveRequest,
  SubmitResultRequest,
} from '../../schemas/families/masumi/payment-service.ts';
import { cancelRefundRequest, createPurchase, requestRefund } from './buyer.ts';
import type { Deal } from './deal.ts';
import type { DealList } from './deals.ts';
import { answer, sendRefusal } from './http.ts';
import { refuse, type Outcome } from './outcome.ts';
import { authorizeRefund, createPayment, submitResult } from './seller.ts';
import { showAgent, showPayment, showPurchase, showSource, sourceOf } from './show.ts';
import type { World } from './world.ts';

type Show = (world: World, deal: Deal) => object;

/** The API of the payment service, as far as Steward and its buyers use it. Everything except health wants the key. */
export function createApi(world: World, apiKey: string): Router {
  const router = Router();
  router.get('/health', (_request, response) => {
    const data = { status: 'ok', standIn: 'This is a stand-in of the Masumi payment service' };
    response.json({ status: 'success', data });
  });
  router.use(refuseStrangers(apiKey));
  router.use(refuseOtherNetwork(world));
  addPayments(router, world);
  addPurchases(router, world);
  addRegistry(router, world);
  return router;
}

function refuseStrangers(apiKey: string): RequestHandler {
  return (request, response, next) => {
    const token = request.get('token');
    if (token === apiKey) return next();
    sendRefusal(
      response,
      401,
      token === undefined ? 'Unauthorized, no authentication token provided' : 'Unauthorized',
    );
  };
}

function refuseOtherNetwork({ network }: World): RequestHandler {
  return (request, response, next) => {
    const asked = (
      (request.method === 'GET' ? request.query : request.body) as { network?: unknown } | undefined
    )?.network;
    const isOther = (asked === 'Preprod' || asked === 'Mainnet') && asked !== network;
    if (!isOther) return next();
    sendRefusal(response, 401, `Unauthorized, this key is for ${network} only`);
  };
}

/** A deal as one of its two sides sees it, when the call succeeded. */
const shown = (world: World, show: Show, outcome: Outcome<Deal>): Outcome =>
  'data' in outcome ? { data: show(world, outcome.data) } : outcome;

function addPayments(router: Router, world: World): void {
  const of = (outcome: Outcome<Deal>) => shown(world, showPayment, outcome);
  router.post(
    '/payment',
    answer(CreatePaymentRequest, (request) => of(createPayment(world, request))),
  );
  router.get(
    '/payment',
    answer(PaymentListQuery, (query) => {
      const deals = readPage(world, world.payments, query);
      return { data: { Payments: deals.map((deal) => showPayment(world, deal)) } };
    }),
  );
  router.post(
    '/payment/resolve-blockchain-identifier',
    answer(ResolveRequest, ({ blockchainIdentifier }) => {
      const deal = world.deal(blockchainIdentifier);
      return of(deal ? { data: deal } : refuse(404, 'Payment request not found'));
    }),
  );
  router.post(
    '/payment/submit-result',
    answer(SubmitResultRequest, (request) => of(submitResult(world, request))),
  );
  router.post(
    '/payment/authorize-refund',
    answer(RefundRequest, (request) => of(authorizeRefund(world, request))),
  );
}

function addPurchases(router: Router, world: World): void {
  const of = (outcome: Outcome<Deal>) => shown(world, showPurchase, outcome);
  router.post(
    '/purchase',
    answer(CreatePurchaseRequest, (request) => of(createPurchase(world, request))),
  );
  router.get(
    '/purchase',
    answer(PaymentListQuery, (query) => {
      const deals = readPage(world, world.purchases, query);
      return { data: { Purchases: deals.map((deal) => showPurchase(world, deal)) } };
    }),
  );
  router.post(
    '/purchase/resolve-blockchain-identifier',
    answer(ResolveRequest, ({ blockchainIdentifier }) => {
      const deal = world.deal(blockchainIdentifier);
      return of(deal?.purchase ? { data: deal } : refuse(404, 'Purchase request not found'));
    }),
  );
  router.post(
    '/purchase/request-refund',
    answer(RefundRequest, (request) => of(requestRefund(world, request))),
  );
  router.post(
    '/purchase/cancel-refund-request',
    answer(RefundRequest, (request) => of(cancelRefundRequest(world, request))),
  );
}

/** Lists show the first source type unless a type or an address says otherwise. */
function readPage(world: World, list: DealList, query: PaymentListQuery): Deal[] {
  const { filterSmartContractAddress: address, filterOnChainState: state, limit, cursorId } = query;
  const type = query.filterPaymentSourceType ?? (address ? undefined : 'Web3CardanoV1');
  const wants = (deal: Deal): boolean =>
    (type === undefined || deal.sourceType === type) &&
    (!address || sourceOf(world, deal.sourceType).smartContractAddress === address) &&
    (state === undefined || world.settled(deal).chainState === state);
  return list.page({ cursorId, limit, wants }).map(world.settled);
}

function addRegistry(router: Router, world: World): void {
  router.get(
    '/registry/agent-identifier',
    answer(AgentQuery, ({ agentIdentifier }) => {
      if (!isHex(agentIdentifier)) return refuse(400, 'Agent identifier is not a valid hex string');
      const agent = world.agents.get(agentIdentifier);
      return agent ? { data: showAgent(world, agent) } : refuse(404, 'Agent identifier not found');
    }),
  );
  router.get(
    '/payment-source',
    answer(PaymentSourceQuery, ({ take, cursorId }) => {
      const all = PaymentSourceType.options.map((type) => showSource(world, type));
      const start = PaymentSourceType.options.findIndex((type) => sourceOf(world, type).id === cursorId);
      return { data: { PaymentSources: all.slice(Math.max(0, start), Math.max(0, start) + take) } };
    }),
  );
}
