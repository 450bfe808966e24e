import { onTestFinished } from 'vitest';
import type {
  CreatePaymentRequest,
  ShownPayment,
  ShownPurchase,
} from '../../schemas/families/masumi/payment-service.ts';
import { standInAgentIdentifier } from './agents.ts';
import { startMasumiStandIn, type MasumiStandIn, type MasumiStandInOptions } from './server.ts';

export const API_KEY = 'key-of-a-test';
export const BLOCK_MS = 20_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

export interface Answer<Data> {
  status: number;
  headers: Headers;
  body: { status: string; data: Data; error?: { message: string } };
}

export interface TestStandIn extends MasumiStandIn {
  post<Data>(path: string, body: object): Promise<Answer<Data>>;
  get<Data>(path: string, query?: Record<string, string>): Promise<Answer<Data>>;
  /** Makes a payment request with times within the hour. */
  pay(change?: Partial<CreatePaymentRequest>): Promise<ShownPayment>;
  look(blockchainIdentifier: string): Promise<ShownPayment>;
  lookAsBuyer(blockchainIdentifier: string): Promise<ShownPurchase>;
}

/** A stand-in for one test, on a clock that only the test moves. */
export async function startTestStandIn(change: Partial<MasumiStandInOptions> = {}): Promise<TestStandIn> {
  const start = Date.now();
  const standIn = await startMasumiStandIn({
    port: 0,
    apiKey: API_KEY,
    network: 'Preprod',
    blockMs: BLOCK_MS,
    clock: () => start,
    ...change,
  });
  onTestFinished(() => standIn.close());
  const network = 'Preprod';
  const call = async <Data>(path: string, init: RequestInit): Promise<Answer<Data>> => {
    const headers = { token: API_KEY, 'content-type': 'application/json' };
    const response = await fetch(`${standIn.url}/api/v1${path}`, { ...init, headers });
    const body = (await response.json()) as Answer<Data>['body'];
    return { status: response.status, headers: response.headers, body };
  };
  const post = <Data>(path: string, body: object) =>
    call<Data>(path, { method: 'POST', body: JSON.stringify({ network, ...body }) });
  return {
    ...standIn,
    post,
    get: <Data>(path: string, query = {}) =>
      call<Data>(`${path}?${new URLSearchParams({ network, ...query }).toString()}`, { method: 'GET' }),
    pay: async (own = {}) =>
      (await post<ShownPayment>('/payment', { ...orderAt(standIn.control.clock.now()), ...own })).body.data,
    look: async (blockchainIdentifier) =>
      (await post<ShownPayment>('/payment/resolve-blockchain-identifier', { blockchainIdentifier })).body
        .data,
    lookAsBuyer: async (blockchainIdentifier) =>
      (await post<ShownPurchase>('/purchase/resolve-blockchain-identifier', { blockchainIdentifier })).body
        .data,
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Pay within 30 minutes, a result within the hour, unlocked after two, disputes after three. */
export const orderAt = (now: number) => ({
  agentIdentifier: standInAgentIdentifier('fixed'),
  inputHash: 'ab'.repeat(32),
  identifierFromPurchaser: 'abcdef0123456789',
  payByTime: iso(now + 30 * MINUTE_MS),
  submitResultTime: iso(now + HOUR_MS),
  unlockTime: iso(now + 2 * HOUR_MS),
  externalDisputeUnlockTime: iso(now + 3 * HOUR_MS),
});

/** What a buyer passes on, in the words of the seller's job. */
export const purchaseOf = (payment: ShownPayment) => ({
  blockchainIdentifier: payment.blockchainIdentifier,
  agentIdentifier: standInAgentIdentifier('fixed'),
  sellerVkey: payment.SmartContractWallet?.walletVkey ?? '',
  inputHash: 'ab'.repeat(32),
  identifierFromPurchaser: 'abcdef0123456789',
  payByTime: payment.payByTime ?? '',
  submitResultTime: payment.submitResultTime,
  unlockTime: payment.unlockTime,
  externalDisputeUnlockTime: payment.externalDisputeUnlockTime,
});
