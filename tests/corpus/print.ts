import { calibration, isRight, VERDICTS, type Scored } from './score.ts';

const LONGEST = 160;

/** How many of each verdict, and how far plans are right that are sure of themselves. */
export function tableOf(title: string, scored: readonly Scored[]): string {
  const { sure, right } = calibration(scored);
  const rows = VERDICTS.map((verdict) => {
    const count = scored.filter((one) => one.verdict === verdict).length;
    return `  ${verdict.padEnd(18)} ${String(count).padStart(4)}`;
  });
  const share = ((100 * scored.filter(isRight).length) / scored.length).toFixed(0);
  return [
    `${title}: ${scored.length} sentences, ${share} % right`,
    ...rows,
    `  sure (>= 0.9)      ${String(sure).padStart(4)}, of these right ${right}`,
    '',
  ].join('\n');
}

/** Each sentence that was not answered rightly, with what was wanted and what came. */
export const failuresOf = (scored: readonly Scored[]): string =>
  scored
    .filter((one) => !isRight(one))
    .map(({ sentence, verdict, came }) =>
      [
        `${verdict} [${sentence.kind}] ${cut(sentence.say)}`,
        `  wanted: ${sentence.expect.map((wish) => cut(JSON.stringify(wish))).join(' or ')}`,
        `  came:   ${came}`,
      ].join('\n'),
    )
    .join('\n');

const cut = (text: string): string =>
  (text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}`).replaceAll(
    '\n',
    '⏎',
  );
