import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { Plan as WirePlanSchema } from '../../schemas/families/reasoning.ts';
import { numberOfText } from '../../domain/exact-json.ts';
import { modelCall, modelPlan } from '../../tests/support/model-plan.ts';
import { toDraft } from './model-schema.ts';
import { planHash, withHash } from './plan-hash.ts';
import { sampleBook, sampleCatalogue } from '../../tests/support/sample-catalogue.ts';
import { formatUnits } from '../../domain/money.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { Understanding } from '../../domain/plan/understanding/understanding.ts';
import { planByRules } from './plan-by-rules.ts';
import { planHashInput, toWirePlan } from '../../domain/plan/wire.ts';
import { revise } from '../../domain/plan/revise.ts';

const made = await planByRules('Book a hotel in Lisbon on 10 January 2027 and summarise the confirmation', {
  today: '2026-12-01',
  context: { services: sampleCatalogue(), book: sampleBook, codes: ['USDC'] },
});
if (!made.ok) throw new Error(made.message);
const { understanding: _told, ...withoutWords } = made.plan;
const plan: Plan = withHash(withoutWords);
const numbers = (minor: string): number => Number(formatUnits(minor, plan.decimals));

describe('a plan on the wire', () => {
  it('has the shape of the contract', () => {
    const wire = toWirePlan(plan, numbers);
    expect(WirePlanSchema.parse(JSON.parse(JSON.stringify(wire)))).toMatchObject({
      totalEstimatedCost: 0.33,
      asset: 'USDC',
      revision: 1,
    });
  });

  it('lets a client compute the hash again from what it reads', () => {
    const read = JSON.parse(JSON.stringify(toWirePlan(plan, numbers))) as { [key: string]: unknown };
    const input = {
      steps: read['steps'],
      limits: read['limits'],
      asset: read['asset'],
      revision: read['revision'],
    };
    expect(input).toEqual(JSON.parse(JSON.stringify(planHashInput(plan))));
    expect(plan.planHash).toMatch(/^[0-9a-f]{64}$/);
  });
});

const UNDERSTANDING: Understanding = {
  parts: [
    { text: 'Book a hotel', span: [0, 12], as: 'task', step: 'hotel_booking' },
    { text: 'Lisbon', span: [16, 22], as: 'value', field: 'city', value: 'Lisbon', step: 'hotel_booking' },
  ],
  assumptions: [{ field: 'limit', value: 5, why: 'nobody said how many', step: 'hotel_booking' }],
  ignored: [{ text: 'the', span: [38, 41] }],
  corrections: [],
  questions: [],
};

describe('what a plan understood', () => {
  const understood = withHash({ ...plan, understanding: UNDERSTANDING });

  it('is on the wire with the plan, and a client that reads it computes the same hash', () => {
    const wire = JSON.parse(JSON.stringify(toWirePlan(understood, numbers))) as Record<string, unknown>;
    expect(WirePlanSchema.parse(wire)).toMatchObject({ understanding: UNDERSTANDING });
    const { steps, limits, asset, revision, understanding } = wire;
    const bytes = canonicalize({ steps, limits, asset, revision, understanding })!;
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(understood.planHash);
  });

  it('is covered by the hash: another assumption is another plan', () => {
    const [assumption] = UNDERSTANDING.assumptions;
    const other = { ...UNDERSTANDING, assumptions: [{ ...assumption!, value: 6 }] };
    const { planHash: other6 } = withHash({ ...plan, understanding: other });
    expect(new Set([plan.planHash, understood.planHash, other6]).size).toBe(3);
  });

  it('is absent where the plan has none, and the hash is what it was without', () => {
    expect(Object.keys(planHashInput(plan))).toEqual(['steps', 'limits', 'asset', 'revision']);
    expect(toWirePlan(plan, numbers)).not.toHaveProperty('understanding');
  });

  it('stays with a revision', () => {
    expect(revise(understood, plan.limits, []).understanding).toEqual(UNDERSTANDING);
  });
});

describe('a revision', () => {
  it('has the next number, other prices, totals and another hash', () => {
    const revised = revise(plan, { maxTotalAmount: '900000' }, [
      { id: 'hotel_booking', estimatedCost: '500000', maxPrice: '500000' },
    ]);
    expect(revised).toMatchObject({
      revision: 2,
      totalEstimatedCost: '530000',
      limits: { maxTotalAmount: '900000' },
    });
    expect(revised.steps[0]?.pay).toEqual(plan.steps[0]?.pay);
    expect(planHash(revised)).not.toBe(plan.planHash);
  });

  it('without changes differs in the revision alone', () => {
    expect(revise(plan, plan.limits, [])).toEqual({ ...plan, revision: 2, planHash: undefined });
  });
});

describe('a number in a step that no double holds', () => {
  const hashWith = (number: string): string =>
    planHash({
      ...plan,
      steps: plan.steps.map((step) => ({ ...step, params: { id: numberOfText(number) } })),
    });

  it('is part of the hash with every digit', () => {
    expect(hashWith('9007199254740993')).not.toBe(hashWith('9007199254740992'));
    expect(hashWith('9007199254740993')).toBe(hashWith('9007199254740993.0'));
  });

  it('is hashed as any client hashes it where a double holds it', () => {
    expect(hashWith('19.90')).toBe(hashWith('19.9'));
    expect(hashWith('1.0')).toBe(hashWith('1'));
  });

  it('comes from a model as it was written', () => {
    const params = [{ name: 'id', json: '{"n":[7615917337495251231,1.0]}' }];
    const { draft } = toDraft(modelPlan('', [modelCall('s', {}, { params })]));
    expect(JSON.stringify(draft.steps[0]?.params)).toBe('{"id":{"n":[7615917337495251231,1.0]}}');
  });
});
