import type { AgentPricing } from '../../domain/masumi/ports/masumi-node.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { StartedJob } from '../../schemas/families/masumi/mip003.ts';
import { hashInput, priceInWords } from './proofs.ts';
import type { Report } from './report.ts';

/** FREE-... and SIMULATED-...: nothing is to be paid, and no chain knows of a result. */
export const isUnpaid = ({ blockchainIdentifier }: StartedJob): boolean =>
  /^(FREE|SIMULATED)-/.test(blockchainIdentifier);

export interface Ordered {
  identifier: string;
  input: JsonObject;
  pricing: AgentPricing | undefined;
}

/** Compares start_job's answer with what was ordered and with the registry. Nobody pays before this holds. */
export function checkTerms(report: Report, job: StartedJob, ordered: Ordered, now: number): void {
  const { identifier, input, pricing } = ordered;
  report.check('identifier', job.identifierFromPurchaser === identifier, `ours came back, ${identifier}`);
  const hash = hashInput(identifier, input);
  report.check('input hash', hash === job.input_hash, `${hash}, computed from what was sent`);
  if (isUnpaid(job)) return report.skip('terms', 'nobody pays for this job');
  checkTimes(report, job, now);
  if (pricing?.kind !== 'Fixed') return;
  const [asked, registered] = [priceInWords(job.amounts), priceInWords(pricing.amounts)];
  report.check(
    'price',
    asked === registered,
    asked === registered ? `${asked}, as in the registry` : `${asked}; the registry says ${registered}`,
  );
}

function checkTimes(report: Report, job: StartedJob, now: number): void {
  const { payByTime, submitResultTime, unlockTime, externalDisputeUnlockTime } = job;
  const times = [now, payByTime, submitResultTime, unlockTime, externalDisputeUnlockTime];
  const inOrder = times.every((time, index) => index === 0 || times[index - 1]! < time);
  // In seconds all of them would lie in 1970.
  report.check(
    'times',
    inOrder,
    `pay by ${inWords(payByTime)}, result by ${inWords(submitResultTime)}, unlocked at ${inWords(unlockTime)}`,
  );
}

export const inWords = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`;
