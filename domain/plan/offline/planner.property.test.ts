import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { sampleBook, sampleCatalogue } from '../../../tests/support/sample-catalogue.ts';
import type { CatalogueService } from '../catalogue.ts';
import { makeOfflinePlan, type OfflinePlan } from '../make-plan.ts';
import { validateSteps } from '../validate.ts';

const services = sampleCatalogue();
const words = fc.constantFrom(
  ...'analyze compare chart summarise book report if then otherwise and the price of SOL ETH BTC is above 100 last 30 days volume "quoted text" in Berlin sentiment forecast next week , . ; : \n trend create fetch a'.split(
    ' ',
  ),
);
const sentence = fc.array(words, { minLength: 1, maxLength: 40 }).map((list) => list.join(' '));
const text = fc.oneof(
  sentence,
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
);

function expectSound(outcome: OfflinePlan): void {
  if (outcome.ok) {
    expect(validateSteps(outcome.plan.steps)).toEqual([]);
    expect(outcome.plan.steps.some((step) => step.serviceUrl !== undefined)).toBe(true);
  } else expect(outcome.code).toBe('NO_SERVICE');
}

describe('the offline planner', () => {
  it('makes a valid plan of any text, or finds no service, and never throws', () => {
    fc.assert(
      fc.property(text, (request) =>
        expectSound(
          makeOfflinePlan(request, '2025-11-21', { services, book: sampleBook, codes: ['SOL', 'USDC'] }),
        ),
      ),
      { numRuns: 400 },
    );
  });

  it('does so for any catalogue', () => {
    const schema = fc.oneof(
      fc.constant(undefined),
      fc.jsonValue({ maxDepth: 3 }),
      fc
        .dictionary(
          fc.constantFrom('symbol', 'text', 'series', 'data', 'sections', 'toString', 'x.y', ''),
          fc.record({ type: fc.constantFrom('string', 'number', 'array', 'object') }),
        )
        .map((properties) => ({
          type: 'object',
          properties,
          required: Object.keys(properties),
        })),
    );
    const service = fc
      .record({
        id: fc.string(),
        name: fc.string(),
        description: sentence,
        category: fc.string(),
        capabilities: fc.array(words),
        input: schema,
        output: schema,
      })
      .map(({ input, output, ...rest }): CatalogueService => ({
        ...services[0]!,
        ...rest,
        inputSchema: input as JsonObject,
        outputSchema: output as JsonObject,
      }));
    fc.assert(
      fc.property(sentence, fc.array(service, { maxLength: 6 }), (request, catalogue) =>
        expectSound(
          makeOfflinePlan(request, '2025-11-21', { services: catalogue, book: sampleBook, codes: ['USDC'] }),
        ),
      ),
      { numRuns: 300 },
    );
  });

  it('answers long requests quickly', () => {
    const request = 'if the price of SOL is above 100 then chart ETH and '.repeat(96).slice(0, 5000);
    const started = performance.now();
    expectSound(
      makeOfflinePlan(request, '2025-11-21', { services, book: sampleBook, codes: ['SOL', 'USDC'] }),
    );
    expectSound(
      makeOfflinePlan(`${'a '.repeat(2000)}: ${'"'.repeat(500)}`, '2025-11-21', {
        services,
        book: sampleBook,
        codes: ['USDC'],
      }),
    );
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
