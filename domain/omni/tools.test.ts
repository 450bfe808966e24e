import { expect, test } from 'vitest';
import { planOffline, understood } from './offline-planner.ts';
import { checkToolInput, ORIGINAL_TOOLS, requestOf } from './tools.ts';

const servicesOf = (message: string): string[] => planOffline(message).map(({ serviceId }) => serviceId);

test('words name tools: whole words, in any case, each tool once, in the order of the table', () => {
  expect(servicesOf('ARCHIVE the log, then draw a picture and tell the market price of an image')).toEqual([
    'IMAGE_GEN_PREMIUM',
    'PRICE_ORACLE',
    'LOG_ARCHIVE',
  ]);
  expect(servicesOf('an imaginary catalog of prices')).toEqual([]);
  expect(servicesOf('run the inference job')).toEqual(['BATCH_COMPUTE']);
});

test('the symbol of a price is the first of ETH, BTC and MNEE that is said, else ETH', () => {
  expect(planOffline('price of mnee in BTC')[0]?.input).toEqual({ symbol: 'MNEE' });
  expect(planOffline('what is the market rate?')[0]?.input).toEqual({ symbol: 'ETH' });
});

test('a message without a tool is understood', () => {
  expect(planOffline('hello')).toEqual([]);
  expect(understood('hello')).toBe('I understand: hello');
});

test('providers of the originals are asked in their own words', () => {
  const of = (id: string, input: Record<string, string>) =>
    requestOf(ORIGINAL_TOOLS[id]!, input, 'ops-agent');
  expect(of('PRICE_ORACLE', { symbol: 'btc' })).toEqual({
    method: 'GET',
    path: '/price',
    values: { base: 'BTC', quote: 'MNEE' },
  });
  expect(of('BATCH_COMPUTE', { payload: 'x' }).values).toEqual({ data: 'x' });
  expect(of('LOG_ARCHIVE', { content: 'x' }).values).toEqual({
    content: 'x',
    agent_id: 'ops-agent',
    level: 'INFO',
  });
  expect(of('IMAGE_GEN_PREMIUM', { prompt: 'x' })).toEqual({
    method: 'POST',
    path: '/image/generate',
    values: { prompt: 'x' },
  });
});

const wide = {
  name: 'wide',
  description: '',
  method: 'POST' as const,
  path: '/',
  inputSchema: {
    type: 'object',
    properties: {
      days: { type: 'integer', minimum: 1, maximum: 7 },
      unit: { enum: ['C', 'F'] },
      towns: { type: 'array', items: { type: 'string', minLength: 1 } },
      where: { type: 'object', properties: { lat: { type: 'number' } }, required: ['lat'] },
      fast: { type: 'boolean' },
    },
    required: ['days'],
    additionalProperties: false,
  },
};

test.each([
  [{}, 'days is missing'],
  [{ days: 1, day: 2 }, 'day is not known; there are days, unit, towns, where, fast'],
  [{ days: 1.5 }, 'days must be a whole number'],
  [{ days: '1' }, 'days must be a number'],
  [{ days: 0 }, 'days must be at least 1'],
  [{ days: 8 }, 'days must be at most 7'],
  [{ days: 1, unit: 'K' }, 'unit must be one of "C", "F"'],
  [{ days: 1, towns: 'Rome' }, 'towns must be a list'],
  [{ days: 1, towns: ['Rome', ' '] }, 'towns[1] must not be empty'],
  [{ days: 1, where: {} }, 'lat is missing'],
  [{ days: 1, where: 3 }, 'where must be an object'],
  [{ days: 1, fast: 'yes' }, 'fast must be true or false'],
])('an input that does not fit is told: %j', (input, expected) => {
  expect(checkToolInput(wide, input)).toBe(expected);
});

test('an input that fits is fine, and a text may have 8000 characters', () => {
  expect(
    checkToolInput(wide, { days: 1, unit: 'C', towns: ['Rome'], where: { lat: 1.5 }, fast: true }),
  ).toBeUndefined();
  const image = ORIGINAL_TOOLS['IMAGE_GEN_PREMIUM']!;
  expect(checkToolInput(image, { prompt: 'x'.repeat(8000) })).toBeUndefined();
  expect(checkToolInput(image, { prompt: 'x'.repeat(8001) })).toBe('prompt may have at most 8000 characters');
  expect(checkToolInput(image, { prompt: ' ' })).toBe('prompt must not be empty');
});
