import { textOfNumber } from '../../domain/exact-json.ts';
import { formatUnits } from '../../domain/money.ts';
import { needsOf, type PauseFacts } from '../../domain/plan/pause-needs.ts';
import type { Json } from '../../schemas/core/json.ts';
import type { WorkflowEvent } from '../../schemas/families/reasoning/stream.ts';
import { chain, fieldsOf, short, textOf, time } from './words.ts';

/** What events do not say themselves. */
export interface Known {
  /** Code of the plan's asset. */
  asset: string;
  /** Undefined for assets that nobody told us of. */
  decimalsOf(assetId: string): number | undefined;
}

type Fields = Readonly<Record<string, Json | undefined>>;

/** An event in one line of plain words; undefined where it says nothing that another one does not. */
export function tellEvent({ type, data }: WorkflowEvent, known: Known): string | undefined {
  const step = textOf(data['step']) ?? 'a step';
  const result = fieldsOf(data['result']);
  switch (type) {
    case 'workflow.planning':
      return waiting(data['waiting']) ?? 'Planning.';
    case 'workflow.awaiting_input':
      return 'It asks for what is missing.';
    case 'workflow.plan_ready':
      return data['cached'] === true ? 'The plan is ready, as it was made before.' : 'The plan is ready.';
    case 'workflow.awaiting_approval':
      return awaiting(textOf(data['reason']) ?? 'initial');
    case 'workflow.approved':
      return 'Approved.';
    case 'workflow.executing':
      return undefined;
    case 'workflow.rolling_back':
      return `What was done is being undone${because(data['reason'])}.`;
    case 'workflow.rolled_back':
      return 'Everything that can be undone is undone.';
    case 'workflow.completed':
      return `Done in ${time(Number(data['totalTime'] ?? 0))}.`;
    case 'workflow.failed':
      return 'It failed.';
    case 'workflow.cancelled':
      return 'Cancelled.';
    case 'approval.ignored':
      return `An approval did not count${because(data['reason'] ?? data['message'])}.`;
    case 'step.started':
      return `${step}: started`;
    case 'step.progress':
      return progress(step, data, known);
    case 'step.completed':
      return `${step}: done${took(result)}${cost(result, known.asset)}`;
    case 'step.failed':
      return `${step}: FAILED${because(result['error'])}${cost(result, known.asset)}`;
    case 'step.skipped':
      return `${step}: not needed`;
    case 'step.compensated':
      return `${step}: undone`;
    case 'step.compensation_failed':
      return `${step}: could NOT be undone${because(result['error'])}; a person must look at it`;
  }
}

const because = (why: Json | undefined): string => {
  const text = textOf(why)?.replace(/\.$/, '');
  return text === undefined ? '' : `: ${text}`;
};

const took = ({ time: ms }: Fields): string => (typeof ms === 'number' ? ` in ${time(ms)}` : '');

function cost({ cost: amount }: Fields, asset: string): string {
  const text = textOfNumber(amount);
  return text === undefined || Number(text) === 0 ? '' : `, cost ${text} ${asset}`;
}

const PAUSES: ReadonlySet<string> = new Set<PauseFacts['reason']>([
  'cost_overrun',
  'price_changed',
  'approval_expired',
  'low_balance',
  'approve_above',
  'budget_exhausted',
]);
const isPause = (reason: string): reason is PauseFacts['reason'] => PAUSES.has(reason);

/** Why it stands still, and what makes it go on. */
function awaiting(reason: string): string {
  if (reason === 'initial') return 'It waits for approval: nothing is paid before.';
  if (reason === 'partial')
    return 'It can do only a part of what was asked, and waits until somebody agrees to that.';
  if (!isPause(reason)) return `It waits for approval: ${reason}.`;
  const { how } = needsOf({ reason, committed: 0n, upTo: 0n, maxTotal: 0n });
  return `Paused (${reason.replaceAll('_', ' ')}). ${how}`;
}

function progress(step: string, data: Fields, known: Known): string | undefined {
  const payment = fieldsOf(data['payment']);
  if (textOf(payment['status']) !== undefined) return paid(step, payment, known);
  const wait = waiting(data['waiting']);
  if (wait !== undefined) return `${step}: ${wait}`;
  if (data['retrying'] === true)
    return `${step}: tried again${afterDelay(data['delay'])}${because(data['error'])}`;
  if (data['cancel_requested'] === true) return `Somebody asked to cancel it${because(data['reason'])}.`;
  const how = textOf(data['how']);
  return how === undefined ? undefined : `Paused. ${how}`;
}

const afterDelay = (delay: Json | undefined): string =>
  typeof delay === 'number' ? ` after ${time(delay)}` : '';

/** Of a payment's many states, those that say what became of money. */
function paid(step: string, payment: Fields, known: Known): string | undefined {
  const to = `${short(textOf(payment['payTo']) ?? 'somebody')} on ${chain(textOf(payment['network']) ?? 'its chain')}`;
  const amount = amountOf(payment, known);
  switch (textOf(payment['status']) ?? '') {
    case 'settled':
      return `${step}: paid ${amount}to ${to}, transaction ${textOf(payment['txHash']) ?? 'unknown'}`;
    case 'rejected':
      return `${step}: the payment was refused, and nothing was paid`;
    case 'void':
      return `${step}: the payment can never land; its money is free again`;
    case 'unknown':
      return `${step}: what became of the payment is not known yet; nothing is paid again before the chain tells`;
    default:
      return undefined;
  }
}

function amountOf({ amountMinor, asset }: Fields, known: Known): string {
  const decimals = typeof asset === 'string' ? known.decimalsOf(asset) : undefined;
  if (typeof amountMinor !== 'string' || decimals === undefined) return '';
  return `${formatUnits(amountMinor, decimals)} ${known.asset} `;
}

function waiting(wait: Json | undefined): string | undefined {
  const { for: what, detail, until } = fieldsOf(wait);
  if (textOf(what) === undefined) return undefined;
  const end = textOf(until);
  return `waits for the ${textOf(what)}${because(detail)}${end === undefined ? '' : `, until ${end} at most`}`;
}
