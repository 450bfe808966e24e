import { describe, expect, test } from 'vitest';
import type { PlanQuestion } from '../../schemas/core/understanding.ts';
import { askAll, questionLines, readAnswer, readQuestions } from './questions.ts';
import { failureLines } from './show-failure.ts';

const CITY: PlanQuestion = {
  field: 'city',
  question: 'In which city?',
  type: 'choice',
  choices: ['Paris', 'Munich'],
  example: 'Paris',
};
const GUESTS: PlanQuestion = { field: 'guests', question: 'How many?', type: 'number', min: 1, max: 9 };

describe('a question', () => {
  test('shows what may be answered and what would do', () => {
    expect(questionLines(CITY)).toEqual([
      '  In which city? [city] (for example Paris)',
      '    1  Paris',
      '    2  Munich',
    ]);
    expect(questionLines(GUESTS)).toEqual(['  How many? [guests] (at least 1, at most 9)']);
  });

  test.each([
    [CITY, '2', { ok: true, value: 'Munich' }],
    [CITY, 'paris', { ok: true, value: 'Paris' }],
    [CITY, '3', { ok: false, why: '"3" is none of them: type the number or the name of one.' }],
    [CITY, ' ', { ok: false, why: 'Nothing is filled in for you here: type an answer.' }],
    [GUESTS, '2', { ok: true, value: 2 }],
    [GUESTS, '10', { ok: false, why: 'It must be at most 9.' }],
    [GUESTS, 'two', { ok: false, why: '"two" is no number.' }],
    [{ ...GUESTS, type: 'boolean' }, 'no', { ok: true, value: false }],
    [{ ...GUESTS, type: 'text' }, ' 2026-12-12 ', { ok: true, value: '2026-12-12' }],
  ] as const)('%j answered with %j', (question, typed, answer) => {
    expect(readAnswer(question as PlanQuestion, typed)).toEqual(answer);
  });

  test('is asked again until its answer fits, and the others after it', async () => {
    const typed = ['', 'Rome', '1', '2'];
    const said: string[] = [];
    const data = await askAll(
      [CITY, GUESTS],
      () => Promise.resolve(typed.shift()),
      (line) => said.push(line),
    );
    expect(data).toEqual({ city: 'Paris', guests: 2 });
    expect(said).toContain('  "Rome" is none of them: type the number or the name of one.');
    expect(
      await askAll(
        [CITY],
        () => Promise.resolve(undefined),
        () => undefined,
      ),
    ).toBeUndefined();
  });
});

describe('a failure', () => {
  test('for want of details is its questions, and how they are answered', () => {
    const details = [
      { path: 'city', message: 'In which city?', type: 'choice', choices: ['Paris', 'Munich'] },
    ];
    expect(readQuestions(details)).toEqual([
      { field: 'city', question: 'In which city?', type: 'choice', choices: ['Paris', 'Munich'] },
    ]);
    expect(failureLines({ code: 'NEEDS_DETAIL', message: 'The hotel needs a city.', details })).toEqual([
      'The hotel needs a city. (NEEDS_DETAIL)',
      '  In which city? [city]',
      '    1  Paris',
      '    2  Munich',
      'Say it in the task, or answer when you are asked: steward task --ask "..."',
    ]);
  });

  test('for want of a service shows what there is instead, whatever its form', () => {
    const details = {
      services: [{ name: 'Hotel Booking', price: '0.3 USDC', needs: ['city', 'check_in'] }],
      tryInstead: 'Book a hotel in Berlin for 2 nights',
    };
    expect(failureLines({ code: 'NO_SERVICE', message: 'No service does that.', details })).toEqual([
      'No service does that. (NO_SERVICE)',
      '  services:',
      '    - Hotel Booking',
      '      price: 0.3 USDC',
      '      needs: city, check_in',
      '  try instead: Book a hotel in Berlin for 2 nights',
    ]);
    expect(
      failureLines({ code: 'NO_SERVICE', message: 'None.', details: [{ path: 'input', message: 'ask' }] }),
    ).toEqual(['None. (NO_SERVICE)', '  - input: ask']);
    expect(failureLines({ code: 'X', message: 'Plain.' })).toEqual(['Plain. (X)']);
  });
});
