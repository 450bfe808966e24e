import { describe, expect, it } from 'vitest';
import { sampleBook, sampleCatalogue, SOLANA } from '../../tests/support/sample-catalogue.ts';
import { assemblePlan, type AssembleContext } from './assemble.ts';
import type { DraftStep } from './draft.ts';
import { maximumPrice, planCodes, priceIn } from './pricing.ts';

const services = sampleCatalogue();
const context: AssembleContext = { services, book: sampleBook, codes: ['SOL', 'USDC'] };
const history: DraftStep = {
  id: 'history',
  type: 'service_call',
  serviceId: 'price-history',
  action: 'Historical price data',
  params: { symbol: 'SOL' },
  outputKey: 'history',
  dependencies: [],
};
const booking: DraftStep = {
  ...history,
  id: 'room',
  outputKey: 'room',
  serviceId: 'hotel-booking',
  action: 'Book a hotel room',
  params: { city: 'Rome', checkIn: '2026-12-01' },
};

describe('assembling a plan', () => {
  it('prices in the first asset that pays for every step, in minor units', () => {
    const assembled = assemblePlan([history], context);
    expect(assembled).toMatchObject({
      ok: true,
      plan: {
        asset: 'USDC',
        decimals: 6,
        revision: 1,
        totalEstimatedCost: '50000',
        limits: { maxTotalAmount: '50000' },
        criticalPath: ['history'],
        steps: [
          {
            estimatedCost: '50000',
            maxPrice: '60000',
            method: 'GET',
            pay: { scheme: 'exact', network: SOLANA },
            retryPolicy: { maxAttempts: 3 },
          },
        ],
      },
    });
  });

  it('takes the undo of a service over, mapped from the output', () => {
    const assembled = assemblePlan([booking], context);
    expect(assembled.ok && assembled.plan.steps[0]?.compensation).toEqual({
      url: 'https://services.example/bookings/cancel',
      method: 'POST',
      params: {},
      inputMapping: { bookingId: 'room.bookingId' },
    });
  });

  it('keeps within the maximum, whose excess decimals are cut off', () => {
    expect(assemblePlan([history], { ...context, maxCost: '0.05' })).toMatchObject({
      ok: true,
      plan: { limits: { maxTotalAmount: '50000' } },
    });
    expect(assemblePlan([history], { ...context, maxCost: '0.0499999999' })).toMatchObject({
      ok: false,
      code: 'MAX_COST_EXCEEDED',
    });
  });

  it('says NO_SERVICE when an action fits none, and PLAN_INVALID with the problems', () => {
    const { serviceId: _named, ...unnamed } = history;
    expect(assemblePlan([{ ...unnamed, action: 'bake bread' }], context)).toMatchObject({
      ok: false,
      code: 'NO_SERVICE',
    });
    expect(assemblePlan([history], { ...context, codes: ['SOL'] })).toMatchObject({
      ok: false,
      code: 'NO_SERVICE',
    });
    expect(assemblePlan([{ ...history, dependencies: ['x'] }], context)).toMatchObject({
      ok: false,
      code: 'PLAN_INVALID',
      problems: [expect.stringContaining('"x"')],
    });
  });

  it('refuses a service that is not in the catalogue, and takes no other for it', () => {
    const unknown = { ...history, serviceId: 'price\u202e-history' };
    const told = 'Step "history" names the service "price-history", which is not in the catalogue';
    expect(assemblePlan([unknown], context)).toMatchObject({
      code: 'PLAN_INVALID',
      problems: [expect.stringContaining(told)],
    });
  });
});

describe('required params', () => {
  const service = {
    ...services.find(({ id }) => id === 'price-history')!,
    url: 'https://a.test/x?fixed=1',
    inputSchema: {
      type: 'object',
      properties: { symbol: {}, days: { default: 7 }, fixed: {}, toString: {} },
      required: ['symbol', 'days', 'fixed', 'toString', 'unlisted'],
    },
  };
  const within = { ...context, services: [service] };

  it('that nobody gives make a plan invalid: the service would take the money and refuse', () => {
    expect(assemblePlan([{ ...history, params: {} }], within)).toMatchObject({
      code: 'PLAN_INVALID',
      problems: [`Step "history" lacks "symbol", which ${service.name} requires.`],
    });
  });

  it('may come from the step, from an earlier one, by default, or in the address', () => {
    expect(assemblePlan([history], within).ok).toBe(true);
    const next = { ...history, id: 'n', outputKey: 'n', params: {}, dependencies: ['history'] };
    const mapped = { ...next, inputMapping: { symbol: 'history.symbol' } };
    expect(assemblePlan([history, mapped], within).ok).toBe(true);
  });
});

describe('prices', () => {
  it('prefers the escrow network, and refuses what the book does not know', () => {
    const service = services.find((one) => one.id === 'price-history')!;
    expect(priceIn(service, 'USDC', sampleBook)?.pay?.network).toBe(SOLANA);
    expect(priceIn(service, 'SOL', sampleBook)).toBeUndefined();
    expect(
      priceIn(
        { ...service, accepts: [{ ...service.accepts[0]!, asset: 'unknown' }], pricePerCall: '0' },
        'USDC',
        sampleBook,
      ),
    ).toBeUndefined();
    expect(priceIn({ ...service, accepts: [] }, 'USDC', sampleBook)).toEqual({ amount: 50_000n });
    expect(priceIn({ ...service, accepts: [], pricePerCall: '0' }, 'SOL', sampleBook)).toEqual({
      amount: 0n,
    });
  });

  it('allows a fifth above the estimate, rounded up', () => {
    expect([0n, 1n, 5n, 50_000n].map(maximumPrice)).toEqual([0n, 2n, 6n, 60_000n]);
  });

  it('tries the wished asset alone, else the preferred one first', () => {
    expect(planCodes(sampleBook, 'USDC')).toEqual(['USDC', 'SOL']);
    expect(planCodes(sampleBook, 'USDC', 'SOL')).toEqual(['SOL']);
    expect(planCodes(sampleBook, 'USDC', 'DOGE')).toEqual([]);
  });
});
