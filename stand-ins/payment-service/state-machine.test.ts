import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CreatePaymentRequest,
  CreatePurchaseRequest,
  type ShownPayment,
} from '../../schemas/families/masumi/payment-service.ts';
import { cancelRefundRequest, createPurchase, requestRefund } from './buyer.ts';
import type { Deal } from './deal.ts';
import { authorizeRefund, createPayment, submitResult } from './seller.ts';
import { showPayment } from './show.ts';
import { BLOCK_MS, HOUR_MS, orderAt, purchaseOf } from './test-stand-in.ts';
import { openWorld, type World } from './world.ts';

const network = 'Preprod';
const START = Date.UTC(2030, 0, 1);
const ENDS = new Set(['Withdrawn', 'RefundWithdrawn', 'DisputedWithdrawn']);

const acts = {
  submit: (world: World, blockchainIdentifier: string) =>
    submitResult(world, { network, blockchainIdentifier, submitResultHash: 'ab'.repeat(32) }),
  authorize: (world: World, blockchainIdentifier: string) =>
    authorizeRefund(world, { network, blockchainIdentifier }),
  ask: (world: World, blockchainIdentifier: string) =>
    requestRefund(world, { network, blockchainIdentifier }),
  unask: (world: World, blockchainIdentifier: string) =>
    cancelRefundRequest(world, { network, blockchainIdentifier }),
};

function buyOne(): { world: World; id: string } {
  const world = openWorld({ network, blockMs: BLOCK_MS, clock: () => START });
  const made = createPayment(world, CreatePaymentRequest.parse({ network, ...orderAt(START) }));
  if (!('data' in made)) throw new Error(made.message);
  const shown = showPayment(world, made.data) as ShownPayment;
  createPurchase(world, CreatePurchaseRequest.parse({ network, ...purchaseOf(shown) }));
  return { world, id: made.data.blockchainIdentifier };
}

const standing = ({ chainState, resultHash, seller, buyer, updatedAt }: Deal) => ({
  chainState,
  resultHash,
  seller,
  buyer,
  updatedAt,
});

const script = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.integer({ min: 0, max: 2 * BLOCK_MS }), fc.integer({ min: 0, max: HOUR_MS })),
    act: fc.constantFrom(...(Object.keys(acts) as (keyof typeof acts)[])),
  }),
  { maxLength: 12 },
);

describe('what becomes of a deal', () => {
  it('does not depend on how often it is looked at', () => {
    fc.assert(
      fc.property(script, fc.integer({ min: 2, max: 5 }), (steps, looks) => {
        const [seldom, often] = [buyOne(), buyOne()];
        for (const { waitMs, act } of steps) {
          seldom.world.clock.advance(waitMs);
          for (let look = 0; look < looks; look++) {
            often.world.clock.advance(look === 0 ? waitMs % looks : 0);
            often.world.clock.advance(Math.floor(waitMs / looks));
            often.world.deal(often.id);
          }
          const answers = [seldom, often].map(({ world, id }) => 'data' in acts[act](world, id));
          expect(answers[0]).toBe(answers[1]);
        }
        const [one, other] = [seldom, often].map(({ world, id }) => world.deal(id));
        expect(one && standing(one)).toEqual(other && standing(other));
      }),
    );
  });

  it('is an end that never changes any more', () => {
    fc.assert(
      fc.property(script, (steps) => {
        const { world, id } = buyOne();
        for (const { waitMs, act } of steps) {
          world.clock.advance(waitMs);
          acts[act](world, id);
        }
        world.clock.advance(4 * HOUR_MS);
        const end = world.deal(id)?.chainState ?? '';
        expect(ENDS).toContain(end);
        for (const act of Object.values(acts)) expect(act(world, id)).toMatchObject({ refused: 404 });
        world.clock.advance(1000 * HOUR_MS);
        expect(world.deal(id)?.chainState).toBe(end);
      }),
    );
  });
});
