import { expect, test } from 'vitest';
import { isPolling } from './health-workers.ts';

const now = 1_800_000_000_000;
const poller = (identity: string, secondsAgo: number) => ({
  identity,
  lastAccessTime: { seconds: { toString: () => String(now / 1000 - secondsAgo) } },
});

test('a worker of this machine that asked for work within two minutes serves its queue', () => {
  expect(isPolling([poller('1@other', 1), poller('7@here', 70)], 'here', now)).toBe(true);
});

test('workers of other machines, silent ones and those without a time do not count', () => {
  expect(isPolling([poller('1@other', 1), poller('7@here', 121), { identity: '8@here' }], 'here', now)).toBe(
    false,
  );
  expect(isPolling([poller('7@nothere', 1)], 'here', now)).toBe(false);
  expect(isPolling([], 'here', now)).toBe(false);
});
