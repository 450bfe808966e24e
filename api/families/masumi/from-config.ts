import type { Logger } from 'pino';
import type { Config } from '../../../config/config.ts';
import { checkJob } from '../../../domain/masumi/deadlines.ts';
import type { MasumiSettings } from '../../../schemas/families/masumi/settings.ts';
import { createFlowSettings } from './flow-settings.ts';
import type { MasumiOptions } from './options.ts';

const REQUEST_FOR_MS = 75_000; // two tries of a slow payment service: the second finds what the first one made
const START_WAIT_MS = 20_000; // no purchaser waits longer; the same order again finds the job
const LAUNCH_FOR_MS = 1_800_000;
const RETRY_MS = 10_000;

type Outside = Pick<MasumiOptions, 'kodosumi' | 'node' | 'mayFetch'> & { log: Logger };

/** The family's options from the environment; what reaches outside is given by the composition root. */
export function masumiOptions(
  config: Config & MasumiSettings,
  { kodosumi, node, mayFetch, log }: Outside,
): MasumiOptions {
  const job = jobOptions(config);
  checkTerms(job);
  return {
    taskQueue: config.TASK_QUEUE,
    kodosumi,
    node,
    settings: createFlowSettings(config.FLOW_SETTINGS, config.MASUMI_CONFIG, (message) => log.warn(message)),
    sellerVkey: config.SELLER_VKEY ?? null,
    mayFetch,
    signingKey: config.MASUMI_SIGNING_KEY,
    testMode: config.MASUMI_TEST_MODE,
    isPublic: config.MASUMI_PUBLIC,
    startWaitMs: START_WAIT_MS,
    job,
  };
}

function jobOptions(config: Config & MasumiSettings): MasumiOptions['job'] {
  const submitResultMs = config.MASUMI_SUBMIT_RESULT_MS;
  return {
    callTimeoutMs: config.CALL_TIMEOUT_MS,
    terms: {
      payByMs: config.MASUMI_PAY_BY_MS,
      submitResultMs,
      unlockMs: submitResultMs + config.MASUMI_UNLOCK_AFTER_MS,
      externalDisputeUnlockMs: submitResultMs + config.MASUMI_DISPUTE_AFTER_MS,
    },
    margins: {
      resultMarginMs: config.MASUMI_RESULT_MARGIN_MS,
      workMs: config.MASUMI_WORK_MS,
      inputMarginMs: config.MASUMI_INPUT_MARGIN_MS,
    },
    launchForMs: LAUNCH_FOR_MS,
    requestPaymentForMs: REQUEST_FOR_MS,
    paymentGraceMs: config.MASUMI_PAYMENT_GRACE_MS,
    retryEveryMs: RETRY_MS,
  };
}

/** Times that no job could keep are refused at the start, not at each order. */
function checkTerms({ terms, margins }: MasumiOptions['job']): void {
  const found = checkJob(
    {
      now: 0,
      payBy: terms.payByMs,
      launch: 0,
      submitResult: terms.submitResultMs,
      unlock: terms.unlockMs,
      externalDisputeUnlock: terms.externalDisputeUnlockMs,
    },
    margins,
  );
  if (found.feasible) return;
  const { earlier, later, lackMs, why } = found.conflict;
  throw new Error(
    `The MASUMI_*_MS settings contradict each other: between ${earlier} and ${later} there are ${lackMs} ms too few (${why.join(', then ')}).`,
  );
}
