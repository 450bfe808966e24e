import type { Receipt } from '../schemas/core/receipt.ts';
import type { Checked } from '../domain/receipts/on-chains.ts';

const WORDS: Readonly<Record<Checked['verdict'], string>> = {
  ok: 'ok',
  failed: 'FAILED',
  unchecked: 'not checked',
  unanswered: 'NO ANSWER',
};

const count = (findings: readonly Checked[], verdict: Checked['verdict']): number =>
  findings.filter((finding) => finding.verdict === verdict).length;

/** 0 when nothing failed, 1 when something did, 2 when something that was asked for could not be checked. */
export function exitCodeOf(findings: readonly Checked[]): 0 | 1 | 2 {
  if (count(findings, 'failed') > 0) return 1;
  return count(findings, 'unanswered') > 0 ? 2 : 0;
}

/** One line for each link, then the conclusion. */
export function verdictLines(receipt: Receipt, findings: readonly Checked[], trusted: boolean): string[] {
  const { id, status } = receipt.sections[0].body;
  return [
    `Run ${id}, ${status}, of ${receipt.issued_at}`,
    '',
    ...verdictRows(findings),
    '',
    ...conclusion(receipt, findings, trusted),
  ];
}

/** One line for each finding. */
export function verdictRows(findings: readonly Checked[]): string[] {
  const width = Math.max(...findings.map(({ link }) => link.length));
  return findings.map(({ link, verdict, detail }) =>
    `${WORDS[verdict].padEnd(11)}  ${link.padEnd(width)}  ${detail}`.trimEnd(),
  );
}

/** How many held, and what that means. */
export function conclusion(receipt: Receipt, findings: readonly Checked[], trusted: boolean): string[] {
  const [failed, open, silent] = (['failed', 'unchecked', 'unanswered'] as const).map((verdict) =>
    count(findings, verdict),
  );
  const sums = [
    `${count(findings, 'ok')} ok`,
    `${failed} failed`,
    `${open} not checked`,
    ...(silent === 0 ? [] : [`${silent} without an answer`]),
  ];
  return [
    `${sums.join(', ')}.`,
    ...(failed === 0 ? [] : ['This receipt is not to be believed.']),
    ...(trusted
      ? []
      : [
          'Whose key it is was not checked: name the issuer’s with --public-key, from its GET /receipts/key.',
        ]),
    ...(receipt.final ? [] : ['It is not final: ask for it again when the money of the run is at rest.']),
  ];
}

/** What several receipts say about each other. */
export const togetherLines = (findings: readonly Checked[]): string[] =>
  findings.map(({ link, verdict, detail }) => `${WORDS[verdict]}  ${link}  ${detail}`);

/** The same for programs. */
export function verdictJson(
  receipts: readonly Receipt[],
  findings: readonly Checked[][],
  together: readonly Checked[],
  trusted: boolean,
): string {
  const failed = [...findings.flat(), ...together].some(({ verdict }) => verdict === 'failed');
  const each = receipts.map(({ final, sections }, index) => ({
    run_id: sections[0].body.id,
    final,
    findings: findings[index],
  }));
  return JSON.stringify({ valid: !failed, key_trusted: trusted, receipts: each, together }, null, 2);
}
