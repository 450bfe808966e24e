import { expect, test } from 'vitest';
import { limitLines, understandingLines } from './show-understanding.ts';

test('every word is told as what it was taken for', () => {
  const lines = understandingLines({
    parts: [
      { text: 'pirce of SOL', span: [0, 12], as: 'task', step: 'prices' },
      { text: 'SOL', span: [9, 12], as: 'value', step: 'prices', field: 'symbol', value: 'SOL' },
      { text: 'translate\nit', span: [14, 26], as: 'unavailable' },
      { text: 'under 5 cents', span: [28, 41], as: 'limit' },
    ],
    assumptions: [
      { field: 'days', value: 30, why: 'the service takes 30 where nobody says.', step: 'prices' },
    ],
    ignored: [{ text: 'please', span: [43, 49] }],
    corrections: [{ from: 'pirce', to: 'price', span: [0, 5] }],
    questions: [],
  });
  expect(lines).toEqual([
    '  read as              "pirce" → "price"',
    '  to do                "pirce of SOL" → prices',
    '  value                "SOL" → prices: symbol = SOL',
    '  CANNOT BE DONE       "translate it" (no service does this)',
    '  limit                "under 5 cents"',
    '  assumed              days = 30 in prices: the service takes 30 where nobody says.',
    '  ignored              "please"',
  ]);
});

test('a planner that tells nothing is told as nothing', () => {
  expect(understandingLines(undefined)).toEqual([]);
});

test('limits of words stand beside those of fields', () => {
  const limits = { verifiedOnly: true as const, notFrom: ['Acme'] };
  expect(limitLines({ maxCost: 0.05, maxTime: 3_600_000, limits }, 'USDC')).toEqual([
    'Limits: at most 0.05 USDC, at most 60 min, verified services only, nothing from Acme.',
  ]);
  expect(limitLines({}, 'USDC')).toEqual([]);
});

test('the pieces of one task are one line', () => {
  const task = { as: 'task' as const, step: 'prices', span: [0, 1] as [number, number] };
  const value = { as: 'value' as const, span: [0, 1] as [number, number], text: 'SOL', step: 'prices' };
  const parts = [{ ...task, text: 'Get the price of' }, value, { ...task, text: 'over' }];
  const understood = { parts, assumptions: [], ignored: [], corrections: [], questions: [] };
  expect(understandingLines(understood)[0]).toBe('  to do                "Get the price of … over" → prices');
});
