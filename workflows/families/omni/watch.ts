import { continueAsNew, sleep } from '@temporalio/workflow';
import { readOmniWatch } from '../../../domain/omni/messages.ts';
import { autoUpgrade } from '../../engine/auto-upgrade.ts';
import { readStart } from '../../engine/read-start.ts';
import { watching } from './proxies.ts';

/** Times are ms. */
export interface OmniWatchWaits {
  everyMs: number;
  healthEveryMs: number;
  rounds: number;
}

/** Looks at the treasury and at the services, for all processes. One runs per installation. */
export async function omniWatch(waits: OmniWatchWaits): Promise<void> {
  readStart(readOmniWatch, waits);
  const act = watching();
  let healthDueMs = 0;
  for (let round = 0; round < waits.rounds; round++) {
    await act.lookAtTreasury();
    if (Date.now() >= healthDueMs) {
      healthDueMs = Date.now() + waits.healthEveryMs;
      await act.checkServices();
    }
    await sleep(waits.everyMs, { summary: 'until the next look at the treasury' });
  }
  await continueAsNew<typeof omniWatch>(waits);
}

autoUpgrade(omniWatch);

/** Started by a Schedule at midnight (UTC): agents tell what they carried over. Nothing of money depends on it. */
export async function omniDay(): Promise<void> {
  await watching().tellNewDay();
}
