import { expect, test } from 'vitest';
import { planByRules } from '../activities/planner/plan-by-rules.ts';
import type { CatalogueService } from '../domain/plan/catalogue.ts';
import { sampleBook, sampleCatalogue } from '../tests/support/sample-catalogue.ts';
import { FREE_REQUEST, freeRequest, PAID_REQUEST, registryPage } from './free-plan.ts';

const { services: free } = registryPage('http://127.0.0.1:1') as { services: CatalogueService[] };
const [model] = sampleCatalogue();
const services = [...sampleCatalogue(), ...free.map((service) => ({ ...model!, ...service, accepts: [] }))];

async function stepsOf(request: string) {
  const outcome = await planByRules(request, {
    today: '2026-12-01',
    context: { services, book: sampleBook, codes: ['SOL', 'USDC'] },
  });
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.plan.steps;
}

test.each([FREE_REQUEST, freeRequest('case 7mx2f1')])(
  '%s: one step, three in parallel, one more',
  async (request) => {
    const steps = await stepsOf(request);
    expect(steps.map(({ serviceId }) => serviceId)).toEqual(free.map(({ id }) => id));
    const middle = steps.slice(1, 4).map(({ id }) => id);
    expect(steps.slice(1, 4).every(({ dependencies }) => dependencies.join() === steps[0]!.id)).toBe(true);
    expect(steps[4]!.dependencies).toEqual(expect.arrayContaining(middle));
    expect(steps.every(({ estimatedCost }) => estimatedCost === '0')).toBe(true);
  },
);

test('the paid request buys five services', async () => {
  const paid = (await stepsOf(PAID_REQUEST)).filter(({ estimatedCost }) => estimatedCost !== '0');
  expect(paid.map(({ serviceId }) => serviceId)).toEqual([
    'price-history',
    'series-statistics',
    'line-chart',
    'series-forecast',
    'report-composer',
  ]);
});
