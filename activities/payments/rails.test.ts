import { expect, test } from 'vitest';
import { createRails } from './rails.ts';

test('without a chain nothing can be paid anywhere, and nothing needs to be closed', () => {
  const rails = createRails({});
  expect(rails.all).toEqual([]);
  expect(rails.find('eip155:31337')).toBeUndefined();
  expect(() => rails.close()).not.toThrow();
});
