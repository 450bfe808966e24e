import type { Config } from '../../config/config.ts';
import type { RunSettings } from '../../domain/run-settings.ts';

/** Of all that a run is started with, what the installation decides. */
export type RunDefaults = Omit<RunSettings, 'ask' | 'maxCost' | 'maxTimeMs'>;

const CONCURRENT_STEPS = 5; // reasoning.md, "Execution"

/** The durations that a run is given when it starts; a change of the configuration counts for new runs. */
export const runDefaults = (config: Config): RunDefaults => ({
  approvalTtlMs: config.APPROVAL_TTL_MS,
  answerTtlMs: config.ANSWER_TTL_MS || config.APPROVAL_TTL_MS,
  earlyApprovalWaitMs: config.EARLY_APPROVAL_WAIT_MS,
  callTimeoutMs: config.CALL_TIMEOUT_MS,
  planningTimeoutMs: config.PLANNING_TIMEOUT_MS,
  sellerTimeoutMs: config.SELLER_TIMEOUT_MS,
  concurrency: CONCURRENT_STEPS,
  localCallMs: config.LOCAL_CALL_MS,
  reconcileIntervalMs: config.RECONCILE_INTERVAL_MS,
  reconcileGiveUpMs: config.RECONCILE_GIVE_UP_MS,
});
