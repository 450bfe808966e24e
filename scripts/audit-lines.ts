import type { TrailVerdict } from './audit-verify.ts';

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** One line for each tenant that holds, one for each problem of the others, then the verdict. */
export function trailLines(verdicts: readonly TrailVerdict[], trusted: boolean): string[] {
  const failed = verdicts.some(({ problems }) => problems.length > 0);
  const width = Math.max(...verdicts.map(({ tenant }) => tenant.length));
  const anchors = verdicts.reduce((sum, verdict) => sum + verdict.anchors, 0);
  return [
    ...verdicts.flatMap((verdict) => tenantLines(verdict, width)),
    ...(verdicts.length === 0 ? ['There is no audit line yet.'] : []),
    failed ? 'The audit trail is not as it was written.' : 'The audit trail holds.',
    ...(trusted || anchors === 0
      ? []
      : [
          'Whose key signed the anchors was not checked: set STEWARD_DATA_KEY, or name the key of GET /receipts/key with --public-key.',
        ]),
  ];
}

function tenantLines({ tenant, lines, anchors, anchored, problems }: TrailVerdict, width: number): string[] {
  const name = tenant.padEnd(width);
  if (problems.length > 0) return problems.map(({ line, what }) => `FAILED  ${name}  line ${line}: ${what}`);
  const held = anchored === null ? 'no anchor' : `${many(anchors, 'anchor')}, the last of line ${anchored}`;
  return [`ok      ${name}  ${many(lines, 'line')}, ${held}`];
}
