import bs58 from 'bs58';
import { hashJson } from './hash.ts';
import { isSignedBy, keyId, verifyEd25519 } from './key.ts';
import { bodiesOf } from '../../domain/receipts/bodies.ts';
import { canonicalTransaction } from '../../domain/payments/networks.ts';
import { marksOf } from '../../domain/receipts/payment-check.ts';
import { checkReceipt, GENESIS } from '../../domain/receipts/check.ts';
import { formatUnits } from '../../domain/money.ts';
import { judge, twice, type Finding } from '../../domain/receipts/finding.ts';
import type { Receipt, ReceiptApproval, ReceiptBodies } from '../../schemas/core/receipt.ts';

/** What whoever checks a receipt has besides it; each is as the API answered it. */
export interface Given {
  publicKey?: string | undefined;
  input?: unknown;
  output?: unknown;
  events?: unknown;
}

/** Everything that can be known of a receipt without any chain. */
export function checkOnPaper(receipt: Receipt, given: Given): Finding[] {
  const { run, plan, result, events, approvals, audit } = bodiesOf(receipt);
  return [
    checkSignature(receipt, given.publicKey),
    ...checkReceipt(receipt, hashJson),
    ...approvals.approvals.flatMap((approval) => checkWallet(approval, plan.decimals ?? 0)),
    compare('input', given.input, run.input_hash, hashJson),
    compare('output', given.output, result.output_hash, hashJson),
    compare('events', given.events, events.hash, hashEvents),
    ...auditHead(audit),
  ];
}

function checkSignature(receipt: Receipt, trusted: string | undefined): Finding {
  const { issuer, signature } = receipt;
  const problems: string[] = [];
  if (trusted !== undefined && trusted !== issuer.public_key)
    problems.push(`it names the key ${issuer.public_key}, not the one given`);
  if (keyId(Buffer.from(issuer.public_key, 'base64')) !== issuer.key_id)
    problems.push(`${issuer.key_id} is not the id of its key`);
  if (!isSignedBy(trusted ?? issuer.public_key, receipt, signature))
    problems.push('the key did not sign this');
  const whose =
    trusted === undefined ? 'checked only against the key inside the receipt' : 'made by the key given';
  return judge('signature', problems, `Ed25519, key ${issuer.key_id}, ${whose}`);
}

function checkWallet(approval: ReceiptApproval, decimals: number): Finding[] {
  const { id, wallet_proof } = approval;
  if (wallet_proof === null) return [];
  const { wallet, signature, message } = wallet_proof;
  const key = bs58.decodeUnsafe(wallet);
  const made = Buffer.from(signature, 'base64');
  const fits = key?.length === 32 && verifyEd25519(Buffer.from(key), Buffer.from(message), made);
  const problems = [
    ...(fits ? [] : ['the wallet did not sign this']),
    ...otherThanSigned(approval, message, decimals),
  ];
  return [judge(`wallet of ${id}`, problems, `${wallet} signed this plan and these limits`)];
}

/** What the wallet signed: {planHash, limits, expiresAt} as they were sent, amounts in whole units. */
interface Signed {
  planHash?: string;
  limits?: { maxTotalAmount?: string | number; maxPerTransaction?: string | number };
  expiresAt?: string | number;
}

function otherThanSigned(
  { plan_hash, limits, signing_until }: ReceiptApproval,
  message: string,
  decimals: number,
): string[] {
  let signed: Signed;
  try {
    signed = (JSON.parse(message) ?? {}) as Signed;
  } catch {
    return ['what it signed is not JSON'];
  }
  const { maxTotalAmount: total, maxPerTransaction: each } = signed.limits ?? {};
  const differs = (whole: string | number | undefined, minor: string | null | undefined): boolean =>
    whole !== undefined && Number(whole) !== Number(formatUnits(minor ?? '0', decimals));
  const until = signed.expiresAt === undefined ? undefined : new Date(signed.expiresAt).getTime();
  return [
    ...(signed.planHash === plan_hash ? [] : ['what it signed is about another plan']),
    ...(differs(total, limits?.max_total) ? ['it signed another maximum'] : []),
    ...(differs(each, limits?.max_per_transaction) ? ['it signed another maximum for one payment'] : []),
    ...(until === undefined || until === Date.parse(signing_until ?? '') ? [] : ['it signed another expiry']),
  ];
}

function compare(link: string, given: unknown, told: string, hash: (value: unknown) => string): Finding {
  if (given === undefined)
    return { link, verdict: 'unchecked', detail: `no --${link} given; its hash is ${told}` };
  return judge(
    link,
    hash(given) === told ? [] : ['it is not the one of this run'],
    'it is the one of this run',
  );
}

/** Unchecked here: the audit trail is in the database. */
function auditHead({ head }: ReceiptBodies['audit']): Finding[] {
  if (head === null) return [];
  const detail = `steward audit verify --receipt holds line ${head.line} against the audit trail`;
  return [{ link: 'audit', verdict: 'unchecked', detail }];
}

/** A page of `GET /runs/{id}/events`, or the bare list of events. */
function hashEvents(given: unknown): string {
  const list: unknown = Array.isArray(given) ? given : (given as { events?: unknown } | null)?.events;
  if (!Array.isArray(list)) return '';
  return list.reduce<string>((previous, event: unknown) => hashJson({ previous, event }), GENESIS);
}

/** One transaction pays for one thing, or gives back one: of several receipts, no two may count the same. */
export function checkTogether(receipts: readonly Receipt[]): Finding {
  const runs = twice(receipts.map(({ sections }) => sections[0].body.id));
  const bodies = receipts.map(bodiesOf);
  const paid = bodies.flatMap(({ payments }) => payments.payments.flatMap(marksOf));
  const back = bodies.flatMap(({ refunds }) =>
    refunds.refunds.map(({ network, tx_hash }) => `refund ${canonicalTransaction(network, tx_hash)}`),
  );
  return judge(
    'together',
    [
      ...runs.map((run) => `there are two receipts of run ${run}`),
      ...twice([...paid, ...back]).map((mark) => `${mark} counts in more than one of them`),
    ],
    'no payment and no refund counts in more than one of them',
  );
}
