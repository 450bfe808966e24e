import { expect, it } from 'vitest';
import { createGuests } from './guests.ts';

it('gives each address its own places, and all together no more than there are', () => {
  const enter = createGuests({ perClient: 2, inAll: 3 });
  const stays = ['a', 'a', 'a', 'b', 'b', 'c'].map((address) => enter(address));
  expect(stays.map(({ isOver }) => isOver)).toEqual([false, false, true, false, true, true]);
});

it('frees a place once, however often it is left', () => {
  const enter = createGuests({ perClient: 1, inAll: 10 });
  const [first, over] = [enter('a'), enter('a')];
  over.leave();
  expect(over.isOver).toBe(false); // as if it had shown a key
  expect(enter('a').isOver).toBe(true);
  first.leave();
  first.leave();
  expect([enter('a').isOver, enter('a').isOver]).toEqual([false, true]);
});
