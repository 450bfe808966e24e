import { describe, expect, test } from 'vitest';
import type { Plan, Step } from '../../schemas/families/reasoning/plan.ts';
import { payeesOf, planLines, totalLines, wholeLines } from './show-plan.ts';

const PAYEE = '7fg5JNnwomjtdYLbmSCLdF8NwBJSCsGPJoyjRqZAdkpF';
const step = (id: string, more: Partial<Step>): Step => ({
  id,
  type: 'service_call',
  serviceName: `Service ${id}`,
  action: `do ${id}`,
  params: {},
  outputKey: `${id}_out`,
  dependencies: [],
  parallelizable: true,
  estimatedCost: 0,
  estimatedTime: 1,
  maxPrice: 0,
  retryPolicy: { maxAttempts: 3, backoffMultiplier: 2, initialDelayMs: 1000, maxDelayMs: 30_000 },
  ...more,
});

const plan: Plan = {
  steps: [
    step('prices', {
      estimatedCost: 0.05,
      maxPrice: 0.06,
      params: { symbol: 'SOL' },
      pay: { scheme: 'exact', network: 'solana:abc', asset: 'mint', payTo: PAYEE },
    }),
    step('chart', {
      dependencies: ['prices', 'news'],
      inputMapping: { series: 'prices_out.series' },
    }),
    step('news', { serviceName: 'Service\u0007 \u202enews' }),
  ],
  dag: {},
  criticalPath: [],
  parallelGroups: [],
  totalEstimatedCost: 0.05,
  totalEstimatedTime: 2100,
  asset: 'USDC',
  revision: 1,
  planHash: 'c'.repeat(64),
  limits: { maxTotalAmount: 0.5 },
};

describe('a plan', () => {
  test('is a list of steps with price, payee and where each takes its data from', () => {
    expect(planLines(plan)).toEqual([
      '     step    service         price      paid to                works on',
      '  1  prices  Service prices  0.05 USDC  7fg5JN…dkpF on solana  your words',
      '  2  chart   Service chart   free       -                      prices; after news',
      '  3  news    Service news    free       -                      your words',
    ]);
  });

  test('says what all of it costs, and to how many', () => {
    expect(totalLines(plan)).toEqual(['Total: 0.05 USDC to one payee, usually in 2.1 s. Plan cccccccccccc…']);
    expect(payeesOf(plan)).toEqual([PAYEE]);
  });

  test('shows whole addresses, highest prices and parameters on demand', () => {
    const lines = wholeLines(plan);
    expect(lines).toContain(`    pays to  ${PAYEE} on solana:abc, at most 0.06 USDC`);
    expect(lines).toContain('    symbol = SOL');
    expect(lines).toContain('    series from prices_out.series');
    expect(lines.at(-1)).toBe(`  plan hash ${'c'.repeat(64)}`);
  });
});
