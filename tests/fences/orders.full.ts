import { afterAll, beforeAll, test } from 'vitest';
import type { RequestPoint } from '../../domain/crash-points.ts';
import { ORDERS, startOrderStack, type OrderStack } from './orders.ts';

let stack: OrderStack;
beforeAll(async () => {
  stack = await startOrderStack();
});
afterAll(() => stack.close());

type Name = keyof typeof ORDERS;
const MATRIX = (Object.keys(ORDERS) as Name[]).flatMap((name) =>
  ORDERS[name].points.map((point): [RequestPoint, Name] => [point, name]),
);

test.each(MATRIX)(
  'an API stopped at %s with %s for longer than its claim says and does what the next try did',
  (point, name) => ORDERS[name].hold(stack, point),
);
