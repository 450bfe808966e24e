import { describe, expect, test } from 'vitest';
import { checkForm } from '../../questions/check-form.ts';
import { FormField } from '../../../schemas/core/question.ts';
import { detailForm, detailName, detailProblems } from './detail.ts';
import type { PlanQuestion } from './understanding.ts';

const QUESTIONS: PlanQuestion[] = [
  {
    field: 'symbol',
    question: 'Which token?',
    type: 'choice',
    choices: ['SOL', 'BTC'],
    example: 'SOL',
    service: 'prices',
  },
  { field: 'guests', question: 'How many people?', type: 'number', min: 1, max: 9, example: 2 },
  { field: 'check_in', question: 'From which day?', type: 'text', format: 'date' },
];

describe('what planning asks', () => {
  test('is a form with a field for each question, which has all that the question says', () => {
    const form = detailForm(QUESTIONS);
    expect(form).toEqual([
      {
        id: 'symbol',
        type: 'choice',
        label: 'Which token?',
        choices: ['SOL', 'BTC'],
        description: 'For example SOL',
      },
      {
        id: 'guests',
        type: 'number',
        label: 'How many people?',
        min: 1,
        max: 9,
        description: 'For example 2',
      },
      { id: 'check_in', type: 'text', label: 'From which day?', format: 'date' },
    ]);
    expect(FormField.array().parse(form)).toEqual(form);
  });

  test('must be answered in every field, within what the question allows', () => {
    const form = detailForm(QUESTIONS);
    const answer = { symbol: 'BTC', guests: 2, check_in: '2026-12-12' };
    expect(checkForm(form, answer)).toEqual({ ok: true, values: answer });
    expect(checkForm(form, { symbol: 'DOGE', guests: 12 })).toEqual({
      ok: false,
      errors: {
        symbol: ['Which token? must be one of "SOL", "BTC".'],
        guests: ['How many people? must be at most 9.'],
        check_in: ['From which day? is required: give a valid text.'],
      },
    });
  });

  test('is told a client that cannot answer as problems by field, with choices and examples', () => {
    expect(detailProblems(QUESTIONS)).toMatchObject([
      { path: 'symbol', message: 'Which token?', type: 'choice', choices: ['SOL', 'BTC'], service: 'prices' },
      { path: 'guests', message: 'How many people?', min: 1, max: 9, example: 2 },
      { path: 'check_in', message: 'From which day?', format: 'date' },
    ]);
  });

  test('has a name for each round', () => {
    expect([1, 2].map(detailName)).toEqual(['detail-1', 'detail-2']);
  });
});
