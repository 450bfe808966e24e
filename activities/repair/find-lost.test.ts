import { expect, test } from 'vitest';
import { isLost } from './find-lost.ts';

const run = { id: 'r', workflow_id: 'r', namespace: 'here' };

test.each([
  ['failed, or was ended from outside', 'closed', 'here', true],
  ['came to its own end, in a newer copy of the books', 'told', 'here', false],
  ['goes on', 'open', 'here', false],
  ['was deleted', 'missing', 'here', true],
  ['may be in another namespace', 'missing', 'there', false],
] as const)('a run whose workflow %s: %s', async (_why, state, namespace, lost) => {
  expect(await isLost({ workflowState: async () => state, namespace }, run)).toBe(lost);
});
