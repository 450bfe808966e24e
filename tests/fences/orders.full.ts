import { afterAll, beforeAll, test } from 'vitest';
import { matrixOf } from './overtaking.ts';
import { ORDERS, startOrderStack, type OrderStack } from './orders.ts';

let stack: OrderStack;
beforeAll(async () => {
  stack = await startOrderStack();
});
afterAll(() => stack.close());

test.each(matrixOf(ORDERS))(
  'an API stopped at %s with %s for longer than its claim does nothing more, and tells what the next try told',
  (point, name) => ORDERS[name].hold(stack, point),
);
