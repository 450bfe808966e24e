import { describe, expect, it } from 'vitest';
import type { PlanQuestion } from '../../domain/plan/understanding/understanding.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { contextWith, lookUp, TODAY } from '../../tests/corpus/catalogue.ts';
import { inventedSentencesThird } from '../../tests/corpus/invented/sentences-third.ts';
import { inventedThird } from '../../tests/corpus/invented/services-third.ts';
import { planByRules } from './plan-by-rules.ts';

const plan = (text: string, answers: JsonObject = {}) =>
  planByRules(text, { today: TODAY, context: contextWith(inventedThird), lookup: lookUp, answers });

/** What a person would say who reads the question. */
function answerTo({ example, choices, type, format, min, field }: PlanQuestion): Json {
  if (example !== undefined && field !== 'request') return example;
  if (choices?.[0] !== undefined) return choices[0];
  if (type === 'number') return Math.max(12, min ?? 0);
  if (type === 'boolean') return true;
  if (field.endsWith('imageUrl') || format === 'uri') return 'https://pics.example.com/answer.png';
  if (format === 'date') return '2027-01-05';
  return format === 'email' ? 'ann@example.org' : 'Answer';
}

const nameOf = (field: string): string => field.split('.').at(-1)!;

describe.each(
  inventedSentencesThird.filter(
    ({ kind, expect: wishes }) =>
      kind === 'lacking' &&
      wishes.every((wish) => 'ask' in wish && wish.ask !== 'any' && !wish.ask.includes('pickup')),
  ),
)('a question about "$say"', ({ say }) => {
  it('leads to a plan with the answers in at most three rounds', async () => {
    const answers: JsonObject = {};
    let outcome = await plan(say);
    for (let round = 0; round < 3 && !outcome.ok && outcome.code === 'NEEDS_DETAIL'; round++) {
      for (const question of outcome.understanding.questions) answers[question.field] = answerTo(question);
      outcome = await plan(say, answers);
    }
    expect(outcome).toMatchObject({ ok: true });
    const params = outcome.ok ? outcome.plan.steps.map((step) => step.params) : [];
    for (const [field, value] of Object.entries(answers).filter(([name]) => name !== 'go_on_without'))
      expect(params).toContainEqual(expect.objectContaining({ [nameOf(field)]: value }));
  });
});

it('asks again after an answer that the service does not take', async () => {
  for (const departureDate of ['whenever', '2027-02-31', 'LH400'])
    expect(await plan('Status of flight LH400', { departureDate })).toMatchObject({ code: 'NEEDS_DETAIL' });
  const nobody = await plan('Verify an email address', { email_address: 'nobody' });
  expect(nobody).toMatchObject({ code: 'NEEDS_DETAIL' });
  const country = await plan('Public holidays in 2027', { countryCode: 'Atlantis' });
  expect(country).toMatchObject({ ok: false, code: 'NEEDS_DETAIL' });
});

it('buys nothing where a person does not go on without what a service cannot take', async () => {
  const say = 'Book a hotel in Lisbon on 10 January 2027 for 2 nights with a zeppelin';
  const without = await plan(say, { go_on_without: false });
  expect(without).toMatchObject({ ok: false, code: 'NEEDS_DETAIL' });
});
