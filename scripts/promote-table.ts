import { LAST_SEEN_MS, type DeploymentState, type VersionState } from './promote-deployment.ts';

/** What runs where, and which workers may be stopped. */
export function deploymentTable(name: string, deployment: DeploymentState): string {
  const shown = deployment.versions.filter((version) => !isOver(version));
  const rows = [
    ['version', 'state', 'pinned runs', `workers (last ${LAST_SEEN_MS / 1000} s)`, 'what it means'],
    ...shown.map((version) => [
      version.buildId,
      version.state,
      String(version.pinned),
      workersOf(version),
      meaningOf(version, deployment.ramp?.percent ?? 0),
    ]),
  ];
  const over = deployment.versions.length - shown.length;
  return [
    routingLine(name, deployment),
    ...(shown.length === 0 ? [] : ['', ...inColumns(rows)]),
    ...(deployment.settled ? [] : ['', 'Not every queue knows the change yet; look again with --status.']),
    ...(over === 0 ? [] : ['', `Drained and without workers, not shown: ${over}.`]),
  ].join('\n');
}

function routingLine(name: string, { versions, current, ramp }: DeploymentState): string {
  if (versions.length === 0) return `${name}: no worker of it has asked for work yet.`;
  const most =
    current === undefined ? 'on workers without a version (WORKER_DEPLOYMENT unset)' : `on ${current}`;
  return `${name}: new runs start ${most}${ramp === undefined ? '' : `, ${ramp.percent} % of them on ${ramp.buildId}`}.`;
}

const isGone = ({ unserved, queues }: VersionState): boolean => unserved.length === queues.length;
const isOver = (version: VersionState): boolean => version.state === 'drained' && isGone(version);

function workersOf(version: VersionState): string {
  if (isGone(version)) return 'none';
  return version.unserved.length === 0 ? 'there' : `none for ${version.unserved.join(', ')}`;
}

function meaningOf(version: VersionState, percent: number): string {
  const lacking = version.unserved.length > 0;
  if (version.state === 'current')
    return lacking ? 'START ITS WORKERS: new runs wait' : 'new runs start here';
  if (version.state === 'ramping')
    return lacking ? 'START ITS WORKERS: new runs wait' : `${percent} % of new runs start here`;
  if (version.state === 'drained') return 'its workers may be stopped';
  if (version.pinned > 0) return lacking ? 'START ITS WORKERS: its runs wait' : 'keep its workers';
  if (version.state === 'draining') return 'keep its workers until Temporal has looked again (minutes)';
  return 'not promoted yet';
}

function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
