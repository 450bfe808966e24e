import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CreateRunBody } from '../../schemas/families/masumi/native.ts';
import { StartJobBody } from '../../schemas/families/masumi/mip003.ts';
import {
  CreateEscrow,
  CreateWorkflow,
  DepositEscrow,
  WithdrawEscrow,
} from '../../schemas/families/reasoning.ts';
import { JsonObject } from '../../schemas/core/json.ts';
import { parseJson } from './json-source.ts';
import { limitNames, rightSpelling } from './spelling.ts';

const Body = z.object({
  maxCost: z.string().optional(),
  user_id: z.string(),
  limits: z.object({ maxTotalAmount: z.string().optional() }).optional(),
  items: z.array(z.object({ unitPrice: z.number() })).optional(),
  metadata: JsonObject.optional(),
});
const LIMITS = limitNames([{ money: { paths: ['maxCost', 'limits.maxTotalAmount', 'amount'] } }]);

const read = (value: unknown, aliases = {}, schema: z.ZodType = Body) =>
  rightSpelling(schema, value, aliases, LIMITS);

const refusal = (value: unknown, aliases = {}, schema: z.ZodType = Body): string => {
  try {
    read(value, aliases, schema);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('a field in another spelling', () => {
  it('is refused with the right name, whatever its case, underscores and dashes', () => {
    const respelled = (name: string) =>
      fc
        .array(fc.record({ upper: fc.boolean(), sign: fc.constantFrom('', '', '_', '-', '__') }), {
          minLength: name.length,
          maxLength: name.length,
        })
        .map((marks) =>
          Array.from(name.replaceAll('_', ''))
            .map(
              (char, at) =>
                (at > 0 ? marks[at]!.sign : '') +
                (marks[at]!.upper ? char.toUpperCase() : char.toLowerCase()),
            )
            .join(''),
        )
        .filter((other) => other !== name);
    const schemas = [CreateWorkflow, WithdrawEscrow, DepositEscrow, CreateEscrow];
    for (const schema of schemas)
      for (const name of Object.keys(schema.shape))
        fc.assert(
          fc.property(respelled(name), (other) =>
            refusal({ [other]: 1 }, {}, schema).includes(`did you mean "${name}"?`),
          ),
          { numRuns: 30 },
        );
    fc.assert(
      fc.property(respelled('maxCost'), (name) => refusal({ [name]: 1 }).includes('did you mean "maxCost"?')),
    );
    fc.assert(
      fc.property(respelled('user_id'), (name) =>
        refusal({ [name]: 'u' }).includes('did you mean "user_id"?'),
      ),
    );
    fc.assert(
      fc.property(respelled('maxTotalAmount'), (name) =>
        refusal({ user_id: 'u', limits: { [name]: 1 } }).includes('did you mean "maxTotalAmount"?'),
      ),
    );
  });

  it('is refused inside of objects and lists, with its path', () => {
    expect(refusal({ user_id: 'u', limits: { max_total_amount: 1 } })).toBe(
      'body: limits.max_total_amount: There is no such field: did you mean "maxTotalAmount"?',
    );
    expect(refusal({ user_id: 'u', items: [{ unit_price: 1 }] })).toContain('items.0.unit_price');
  });

  it('passes beside the right one when both say the same', () => {
    for (const [one, other] of [
      ['1', 1],
      ['1.0', 1],
      ['0.10', '0.1'],
    ]) {
      const body = { user_id: 'u', maxCost: one, max_cost: other };
      expect(read(body)).toEqual(body);
    }
    expect(refusal({ user_id: 'u', userId: 'u' })).toBe('');
  });

  it.each([
    [{ user_id: 'u', maxCost: '1', max_cost: 2 }, 'maxCost'],
    [{ user_id: 'u', maxCost: '1', max_cost: null }, 'maxCost'],
    [{ user_id: 'u', userId: 'v' }, 'user_id'],
    [{ user_id: 'u', limits: { maxTotalAmount: '1', MaxTotalAmount: '1.1' } }, 'maxTotalAmount'],
  ])('is refused beside the right one when it says something else: %j', (body, right) => {
    expect(refusal(body)).toContain(`This is "${right}" in another spelling, with another value`);
  });

  it('is left alone where things are the user’s own', () => {
    const body = { user_id: 'u', metadata: { max_cost: 1, userId: 'x', limits: {} } };
    expect(read(body)).toEqual(body);
  });

  it('is any other name, and that is ignored', () => {
    const body = { user_id: 'u', colour: 'red', __proto: 1, max: 2, ['x'.repeat(5000)]: 1 };
    expect(read(body)).toEqual(body);
    expect(read(JSON.parse('{"user_id":"u","__proto__":{"max_cost":1}}'))).toHaveProperty('user_id', 'u');
  });

  it('is no matter for bodies that are no objects', () => {
    for (const body of [undefined, null, 'max_cost', 7, ['max_cost']]) expect(read(body)).toBe(body);
  });
});

describe('a limit that is no field of a route', () => {
  it('is refused: it would bind nothing', () => {
    const Other = z.object({ userId: z.string(), maxCost: z.string().optional() });
    expect(refusal({ userId: 'u', limits: { max_total_amount: 1 } }, {}, Other)).toBe(
      'body: limits: This limit is no field here and would bind nothing: send "maxCost".',
    );
    expect(refusal({ userId: 'u', max_total_amount: 1 }, {}, Other)).toContain('send "maxCost"');
    expect(refusal({ name: 'n', maxCost: 1 }, {}, z.object({ name: z.string() }))).toContain('leave it out');
  });

  it('is no other money', () => {
    const Other = z.object({ userId: z.string() });
    expect(read({ userId: 'u', amount: 1 }, {}, Other)).toEqual({ userId: 'u', amount: 1 });
  });
});

describe('an alias of a contract', () => {
  const aliases = { user_id: ['userId', 'user'] };

  it('arrives under the right name', () => {
    expect(read({ userId: 'u' }, aliases)).toEqual({ user_id: 'u' });
    expect(read({ user: 'u' }, aliases)).toEqual({ user_id: 'u' });
    expect(read({ user: 'u', userId: 'v' }, aliases)).toEqual({ user_id: 'v', user: 'u' });
  });

  it('yields to the right name, if both say the same', () => {
    expect(read({ user_id: 'u', userId: 'u' }, aliases)).toEqual({ user_id: 'u', userId: 'u' });
    expect(refusal({ user_id: 'u', userId: 'v' }, aliases)).toContain('another value');
  });

  it('keeps every digit of what it holds', () => {
    const body = parseJson('{"inputData":{"n":9007199254740993}}', { exact: ['inputData'] });
    const Inputs = z.object({ input_data: JsonObject });
    expect(JSON.stringify(read(body, { input_data: ['inputData'] }, Inputs))).toBe(
      '{"input_data":{"n":9007199254740993}}',
    );
  });
});

it('knows the fields of bodies that transform, and of those that are only documented', () => {
  expect(refusal({ user_id: 'u', input: 'x' }, {}, CreateWorkflow)).toContain('did you mean "userId"?');
  expect(refusal({ userId: 'u', max_time: 5 }, {}, CreateWorkflow)).toContain('did you mean "maxTime"?');
  expect(refusal({ maxFee: '1' }, {}, WithdrawEscrow)).toContain('did you mean "max_fee"?');
  expect(refusal({ 'Input-Data': {} }, {}, StartJobBody)).toContain('did you mean "input_data"?');
  expect(refusal({ paymentAmount: 1 }, {}, CreateRunBody)).toContain('did you mean "payment_amount"?');
});
