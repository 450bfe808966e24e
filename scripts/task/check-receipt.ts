import { checkOnChains, type Checked, type Witnesses } from '../../domain/receipts/on-chains.ts';
import type { Receipt } from '../../schemas/core/receipt.ts';
import { checkOnPaper, type Given } from '../../api/receipts/verify.ts';
import { conclusion, verdictRows } from '../verify-lines.ts';

export interface ReceiptCheck {
  receipt: Receipt;
  findings: Checked[];
  isTrusted: boolean;
}

/** As `steward verify` checks it: against itself, and against the chains whose nodes are known. */
export async function checkOne(receipt: Receipt, given: Given, witnesses: Witnesses): Promise<ReceiptCheck> {
  const findings = [...checkOnPaper(receipt, given), ...(await checkOnChains(receipt, witnesses))];
  return { receipt, findings, isTrusted: given.publicKey !== undefined };
}

/** What was checked in short, and everything that did not hold. */
export function receiptLines({ receipt, findings, isTrusted }: ReceiptCheck): string[] {
  const of = (verdict: Checked['verdict']): string[] => [
    ...new Set(findings.filter((finding) => finding.verdict === verdict).map(({ link }) => kindOf(link))),
  ];
  const wrong = findings.filter(({ verdict }) => verdict === 'failed' || verdict === 'unanswered');
  const open = of('unchecked');
  return [
    `  checked: ${of('ok').join(', ')}`,
    ...(open.length === 0 ? [] : [`  not checked: ${open.join(', ')}`]),
    ...verdictRows(wrong).map((row) => `  ${row}`),
    ...conclusion(receipt, findings, isTrusted).map((line) => `  ${line}`),
  ];
}

/** What was checked, whatever it was checked of. */
const kindOf = (link: string): string =>
  link.replace(/^section .*/, 'sections').replace(/ (?:(?:of|to) )?(?:\w+_\S+|\d+)$/, '');

/** Asks for the receipt until the money of the run is at rest, or the time is over. */
export async function untilFinal(
  get: () => Promise<Receipt>,
  { until, pause, interrupted }: { until: number; pause: () => Promise<void>; interrupted: AbortSignal },
): Promise<Receipt> {
  for (;;) {
    const receipt = await get();
    if (receipt.final || interrupted.aborted || Date.now() >= until) return receipt;
    await pause();
  }
}
