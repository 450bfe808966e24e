import bs58 from 'bs58';
import { hashJson } from '../api/receipts/hash.ts';
import { isSignedBy, keyId, verifyEd25519 } from '../api/receipts/key.ts';
import { bodiesOf } from '../domain/receipts/bodies.ts';
import { checkReceipt, GENESIS } from '../domain/receipts/check.ts';
import { judge, type Finding } from '../domain/receipts/finding.ts';
import type { Receipt, ReceiptApproval } from '../schemas/core/receipt.ts';

/** What whoever checks a receipt has besides it; each is as the API answered it. */
export interface Given {
  publicKey?: string | undefined;
  input?: unknown;
  output?: unknown;
  events?: unknown;
}

/** Everything that can be known of a receipt without any chain. */
export function checkOnPaper(receipt: Receipt, given: Given): Finding[] {
  const { run, result, events, approvals } = bodiesOf(receipt);
  return [
    checkSignature(receipt, given.publicKey),
    ...checkReceipt(receipt, hashJson),
    ...approvals.approvals.flatMap(checkWallet),
    compare('input', given.input, run.input_hash, hashJson),
    compare('output', given.output, result.output_hash, hashJson),
    compare('events', given.events, events.hash, hashEvents),
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

function checkWallet({ id, plan_hash, wallet_proof }: ReceiptApproval): Finding[] {
  if (wallet_proof === null) return [];
  const { wallet, signature, message } = wallet_proof;
  const key = bs58.decodeUnsafe(wallet);
  const fits =
    key?.length === 32 &&
    verifyEd25519(Buffer.from(key), Buffer.from(message), Buffer.from(signature, 'base64'));
  const problems = [
    ...(fits ? [] : ['the wallet did not sign this']),
    ...(message.includes(`"planHash":"${plan_hash}"`) ? [] : ['what it signed is about another plan']),
  ];
  return [judge(`wallet of ${id}`, problems, `signed by ${wallet}`)];
}

function compare(link: string, given: unknown, told: string, hash: (value: unknown) => string): Finding {
  if (given === undefined)
    return { link, verdict: 'unchecked', detail: `no --${link} given; its hash is ${told}` };
  return judge(
    link,
    hash(given) === told ? [] : [`it is not the one of this run`],
    'it is the one of this run',
  );
}

/** A page of `GET /runs/{id}/events`, or the bare list of events. */
function hashEvents(given: unknown): string {
  const list: unknown = Array.isArray(given) ? given : (given as { events?: unknown } | null)?.events;
  if (!Array.isArray(list)) return '';
  return list.reduce<string>((previous, event: unknown) => hashJson({ previous, event }), GENESIS);
}
