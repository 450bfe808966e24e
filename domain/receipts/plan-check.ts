import type {
  PlanRevision,
  ReceiptApproval,
  ReceiptBodies,
  ReceiptPayment,
} from '../../schemas/core/receipt.ts';
import { tokenOfAssetId } from '../assets.ts';
import { formatUnits } from '../money.ts';
import { sameAddress } from '../payments/networks.ts';
import { showIn, type Show } from './amounts.ts';
import { judge, type Finding } from './finding.ts';

type Bodies = Pick<ReceiptBodies, 'plan' | 'approvals' | 'payments'>;

/** A payment for which something was signed. Only those needed anybody's consent. */
export const wasSigned = ({ status }: ReceiptPayment): boolean =>
  status !== 'quoted' && status !== 'prepared' && status !== 'rejected';

/** Each revision has the hash it says, and each approval is of one of them. */
export function checkPlans({ plan, approvals }: Bodies, hash: (value: object) => string): Finding[] {
  const revisions = plan.revisions.map(({ revision, plan_hash, hashed }) =>
    judge(
      `plan ${revision}`,
      [
        ...(hash(hashed) === plan_hash ? [] : ['what it is made of has another hash than it says']),
        ...(hashed.revision === revision ? [] : [`it is numbered ${hashed.revision} inside`]),
        ...(hashed.asset === plan.asset ? [] : [`it is priced in ${hashed.asset}, not in ${plan.asset}`]),
      ],
      `its ${hashed.steps.length} steps, limits and asset have the hash ${plan_hash.slice(0, 12)}…`,
    ),
  );
  const known = new Set(plan.revisions.map(({ plan_hash }) => plan_hash));
  return [
    ...revisions,
    ...approvals.approvals.map(({ id, status, plan_hash, decided_by }) =>
      judge(
        `approval ${id}`,
        known.has(plan_hash) ? [] : [`no plan of the run has the hash ${plan_hash}`],
        `${status}${decided_by === null ? '' : ` by ${decided_by}`}, of plan ${plan_hash.slice(0, 12)}…`,
      ),
    ),
  ];
}

/** Each signed payment is what an approved plan says of its step, and all of them together are within the limits. */
export function checkConsent(bodies: Bodies): Finding[] {
  const all = bodies.payments.payments.filter(wasSigned);
  const signed = all.filter(({ consent }) => consent === undefined);
  const approved = bodies.approvals.approvals.filter(({ status }) => status === 'approved');
  return [
    ...all.flatMap(policyConsent),
    ...signed.map((payment) => consentTo(payment, approved, bodies.plan)),
    ...(signed.length === 0 ? [] : [checkTotal(signed, approved, showIn(bodies.plan))]),
  ];
}

/** A payment that the policy of its family allowed, and its budget had room for. */
function policyConsent({ id, consent }: ReceiptPayment): Finding[] {
  if (consent === undefined) return [];
  const { action, rule, words, budget } = consent;
  const problems = action === 'ALLOWED' ? [] : [`the policy said ${action} (${rule}): ${words}`];
  return [judge(`consent to ${id}`, problems, `the policy allowed it (${rule}), out of budget ${budget}`)];
}

function consentTo(
  payment: ReceiptPayment,
  approved: readonly ReceiptApproval[],
  plan: ReceiptBodies['plan'],
): Finding {
  const { revisions, decimals } = plan;
  const show = showIn(plan);
  const link = `consent to ${payment.id}`;
  if (approved.length === 0) return judge(link, ['nobody approved anything'], '');
  const refusals = approved.map((approval) => ({
    approval,
    why: refusal(
      payment,
      approval,
      revisions.find(({ plan_hash }) => plan_hash === approval.plan_hash),
      decimals ?? 0,
      show,
    ),
  }));
  const covering = refusals.find(({ why }) => why === undefined);
  if (covering === undefined) return judge(link, [...new Set(refusals.map(({ why }) => why ?? ''))], '');
  const { plan_hash, limits } = covering.approval;
  if (limits === null)
    return {
      link,
      verdict: 'unchecked',
      detail: `plan ${plan_hash.slice(0, 12)}… allows it; which limits were approved was not kept`,
    };
  return judge(link, [], `payee, asset and ${show(payment.amount)} are within what was approved`);
}

/** Why this approval does not cover the payment. */
function refusal(
  payment: ReceiptPayment,
  { limits, seq }: ReceiptApproval,
  revision: PlanRevision | undefined,
  decimals: number,
  show: Show,
): string | undefined {
  const { network, pay_to, amount } = payment;
  const step = revision?.hashed.steps.find(({ id }) => id === payment.step_id);
  if (step?.pay === undefined) return `the approved plan pays nobody for step ${payment.step_id}`;
  if (step.pay.network !== network) return `it was approved on ${step.pay.network}, not on ${network}`;
  if (!sameAddress(network, step.pay.payTo, pay_to))
    return `the approved payee is ${step.pay.payTo}, not ${pay_to}`;
  if (!sameAddress(network, step.pay.asset, tokenOfAssetId(payment.asset)))
    return `the approved asset is ${step.pay.asset}`;
  // Amounts in the approved plan were JSON numbers. Rounding keeps their order.
  if (Number(formatUnits(amount, decimals)) > step.maxPrice)
    return `${show(amount)} is more than the approved ${step.maxPrice}`;
  const { max_per_transaction: each, recipients } = limits ?? { max_per_transaction: null, recipients: null };
  if (each !== null && BigInt(amount) > BigInt(each))
    return `${show(amount)} is more than the ${show(each)} for one payment`;
  if (recipients !== null && !recipients.some((one) => sameAddress(network, one, pay_to)))
    return `${pay_to} is not among the approved recipients`;
  if (seq !== null && payment.seq !== null && seq > payment.seq) return 'it was signed before the approval';
  return undefined;
}

function checkTotal(
  signed: readonly ReceiptPayment[],
  approved: readonly ReceiptApproval[],
  show: Show,
): Finding {
  const paid = signed
    .filter(({ status }) => status !== 'void')
    .reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const limits = approved.flatMap((approval) => approval.limits ?? []);
  if (limits.length < approved.length)
    return { link: 'approved total', verdict: 'unchecked', detail: 'not every approval kept its limits' };
  const most = limits.reduce((max, { max_total }) => (BigInt(max_total) > max ? BigInt(max_total) : max), 0n);
  return judge(
    'approved total',
    paid > most ? [`${show(paid)} was paid and at most ${show(most)} approved`] : [],
    `${show(paid)} of at most ${show(most)}`,
  );
}
