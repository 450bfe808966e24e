import {
  condition,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { PeerActivities } from './activities.ts';

export const approve = defineUpdate<string>('approve');

const remote = proxyActivities<PeerActivities>({
  startToCloseTimeout: '45s',
  retry: { initialInterval: 200 },
});
const local = proxyLocalActivities<PeerActivities>({
  startToCloseTimeout: '45s',
  retry: { initialInterval: 200 },
});

/**
 * The least that a Temporal program does for the same visible work: one decision, then five calls, three of them at
 * once.
 */
export async function peer(kind: 'remote' | 'local'): Promise<void> {
  const call = kind === 'remote' ? remote.call : local.call;
  let approved = false;
  setHandler(approve, () => {
    approved = true;
    return 'approved';
  });
  await condition(() => approved);
  await call(0);
  await Promise.all([call(1), call(2), call(3)]);
  await call(4);
}
