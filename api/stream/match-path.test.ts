import { expect, it } from 'vitest';
import { createPathMatcher } from './match-path.ts';

const matchPath = (pattern: string, pathname: string) => createPathMatcher(pattern)(pathname);

it('reads parameters as whole, decoded segments', () => {
  expect(matchPath('/runs/:id/events', '/runs/a%2Fb/events')).toEqual({ id: 'a/b' });
  expect(matchPath('/events', '/events/')).toEqual({});
});

it.each(['/runs//events', '/runs/a', '/runs/a/events/x', '/runs/%ff/events', '/Runs/a/events', '/'])(
  'does not match %s',
  (path) => {
    expect(matchPath('/runs/:id/events', path)).toBeUndefined();
  },
);
