import { createGuardedFetch } from '../../activities/http/guarded-fetch.ts';
import { createGuards } from '../../activities/http/guards.ts';
import { createKodosumiActivities } from '../../activities/kodosumi/activities.ts';
import { createFetchFile } from '../../activities/kodosumi/fetch-file.ts';
import { LAUNCH_MS } from '../../activities/kodosumi/client/kodosumi.ts';
import { kodosumiOf } from '../../activities/kodosumi/from-config.ts';
import { createMasumiActivities } from '../../activities/payment-service/activities.ts';
import { masumiNodeOf } from '../../activities/payment-service/from-config.ts';
import type { CompensateOutcome } from '../../domain/ports/calling.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { MasumiSettings } from '../../schemas/families/masumi/settings.ts';
import type { WorkerContext, WorkerPart } from '../family.ts';

const FILE_MS = 60_000;
const LOOK_FOR_MS = 60_000; // so long Kodosumi may not know a run that it has launched (masumi.md section 4)

/** What jobs that are paid in advance need of the outside: the payment service, Kodosumi, purchasers' files. */
export function createWorker({ config, log, ...common }: WorkerContext<MasumiSettings>): WorkerPart {
  const { files: guard } = createGuards(config);
  const files = createGuardedFetch({ guard, timeoutMs: FILE_MS, maxBytes: config.MASUMI_FILE_MAX_BYTES });
  const sales = createMasumiActivities({
    ...common,
    node: masumiNodeOf(config),
    outputHash: config.MASUMI_OUTPUT_HASH,
    paymentGraceMs: config.MASUMI_PAYMENT_GRACE_MS,
    warn: (message, err) => log.warn({ err }, message),
  });
  const flows = createKodosumiActivities({
    ...common,
    kodosumi: kodosumiOf(config),
    fetchFile: createFetchFile(files),
    pollMs: config.POLLING_INTERVAL_SECONDS * 1000,
    launchMs: LAUNCH_MS,
    lookForMs: LOOK_FOR_MS,
    warn: (message, err) => log.warn({ err }, message),
  });
  return {
    activities: { ...sales, ...flows },
    close: () => files.close(),
    async undoLost(runId) {
      const refund = await orFailed('payment', async () => ({
        refund: (await sales.authorizeRefund({ runId })).kind, // the watch repeats it
      }));
      const flow = await orFailed('flow', async () => {
        await flows.killJob({ runId, fid: null });
        return { killed: true };
      });
      return [refund, flow];
    },
  };
}

async function orFailed(
  key: string,
  work: () => Promise<JsonObject>,
): Promise<{ key: string; outcome: CompensateOutcome }> {
  try {
    return { key, outcome: { kind: 'ok', detail: await work() } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { key, outcome: { kind: 'failed', code: 'UNDO_FAILED', message } };
  }
}
