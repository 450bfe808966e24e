import { expect, it } from 'vitest';
import { someHolds } from './some-holds.ts';

const never = (): Promise<boolean> => new Promise(() => undefined);
const says = (holds: boolean, asked: string[] = [], name = '') => {
  return (): Promise<boolean> => {
    asked.push(name);
    return Promise.resolve(holds);
  };
};

it('finds the one that holds behind others that hang', async () => {
  expect(await someHolds([never, never, says(true)], 5)).toBe(true);
});

it('asks no more than it needs', async () => {
  const asked: string[] = [];
  expect(
    await someHolds([says(false, asked, 'a'), says(true, asked, 'b'), says(true, asked, 'c')], 1000),
  ).toBe(true);
  expect(asked).toEqual(['a', 'b']);
});

it('says no when none holds, and when there is none', async () => {
  expect(await someHolds([says(false), says(false)], 1000)).toBe(false);
  expect(await someHolds([], 1000)).toBe(false);
});

it('throws what a look throws', async () => {
  await expect(someHolds([() => Promise.reject(new Error('a bug'))], 1000)).rejects.toThrow('a bug');
});
