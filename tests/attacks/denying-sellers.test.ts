import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buy, request, sending } from '../chains/support/buying.ts';
import { paymentOf, sellerBooked, sellerHas, sweepUntil, WAYS, type Way } from '../chains/support/looking.ts';
import { paidStep, startMoneyStack, type MoneyStack } from '../chains/support/money-stack.ts';

let stack: MoneyStack;
let url: string;
let deny: (response: ServerResponse, unpaid: Response) => Promise<void> | void;
const server = createServer((incoming, response) => void pass(incoming, response));
beforeAll(async () => {
  stack = await startMoneyStack();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await stack.stop();
});

/** Asks an honest seller for the price, lets it settle the payment, keeps its answer and says something else. */
async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(incoming);
  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(stack.seller.url + incoming.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  const unpaid = await ask({});
  const signature = incoming.headers['payment-signature'];
  if (typeof signature !== 'string') return copy(response, unpaid);
  await ask({ 'payment-signature': signature });
  await deny(response, unpaid);
}

async function copy(response: ServerResponse, from: Response): Promise<void> {
  response.writeHead(from.status, { 'payment-required': from.headers.get('payment-required') ?? '' });
  response.end(await from.text());
}

const DENIALS: [string, typeof deny][] = [
  ['asks for the price again', copy],
  ['says that it was never paid', (response) => void response.writeHead(403).end('{"error":"not paid"}')],
  ['hangs up', (response) => void response.destroy()],
  [
    'says that the payment is bad',
    (response) => void response.writeHead(402).end('{"error":"transaction_simulation_failed"}'),
  ],
];
const CASES = DENIALS.flatMap(([what, how], index) => {
  const way = WAYS[index % 2]!;
  return [[what, way.path, way, how] as [string, string, Way, typeof deny]];
});

describe('a seller who takes the money and', () => {
  test.each(CASES)(
    '%s (%s) is paid once, is found out on the chain, and is not paid again',
    async (_what, _path, way, how) => {
      deny = how;
      const activities = stack.activities({ confirmMs: 0 });
      const { runId } = await stack.newRun(way.code, 1_000_000n);
      const [had, booked] = [await sellerHas(stack, way), await sellerBooked(stack, way)];
      const call = request(runId, paidStep(url + way.path), way.code);
      const { intentId, outcome } = await buy(activities, call);
      expect(outcome.kind).toBe('unclear');
      const again = await activities.submitPayment(sending({ ...call, attempt: 2 }, intentId));
      expect(again.kind).toBe('unclear');
      await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
      expect(await paymentOf(stack, intentId)).toMatchObject({ status: 'settled', generation: 1 });
      expect((await sellerHas(stack, way)) - had).toBe(250_000n);
      expect((await sellerBooked(stack, way)) - booked).toBe(250_000n);
      const { rows } = await stack.db.pool.query('select id from payment where run_id = $1', [runId]);
      expect(rows).toEqual([{ id: intentId }]);
    },
  );
});
