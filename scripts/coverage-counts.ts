import istanbul, { type CoverageMapData, type FileCoverageData } from 'istanbul-lib-coverage';

export interface Score {
  covered: number;
  total: number;
}

export interface FileScore {
  path: string;
  lines: Score;
  branches: Score;
  missing: number[];
}

export type Coverage = { [path: string]: FileCoverageData };

/** The counts of several processes, added up. */
export function addCounts(parts: readonly CoverageMapData[]): Coverage {
  const map = istanbul.createCoverageMap({});
  for (const part of parts) map.merge(structuredClone(part));
  return Object.fromEntries(map.files().map((path) => [path, map.fileCoverageFor(path).data]));
}

/**
 * What V8 saw in Node, together with what the sandbox of workflows counted. Only the sandbox judges workflows. Other
 * files keep V8's map. What only the sandbox ran counts there as run, by line and by branch of a line: the two maps
 * name the same places a little differently, so a plain merge would count them twice.
 */
export function mergeSandbox(
  node: Coverage,
  sandbox: Coverage,
  isWorkflow: (path: string) => boolean,
): Coverage {
  const merged: Coverage = { ...node };
  for (const [path, counted] of Object.entries(sandbox)) {
    const seen = node[path];
    if (isWorkflow(path)) merged[path] = counted;
    else if (seen !== undefined) merged[path] = fold(seen, counted);
  }
  return merged;
}

function fold(seen: FileCoverageData, counted: FileCoverageData): FileCoverageData {
  const ranLines = new Set(
    Object.entries(counted.s).flatMap(([id, count]) =>
      count > 0 ? [counted.statementMap[id]?.start.line] : [],
    ),
  );
  const ranBranches = new Set(
    Object.entries(counted.b).flatMap(([id, counts]) =>
      counts.flatMap((count, index) => (count > 0 ? [branchKey(counted, id, index)] : [])),
    ),
  );
  const s = Object.entries(seen.s).map(([id, count]) => [
    id,
    count || Number(ranLines.has(seen.statementMap[id]?.start.line)),
  ]);
  const b = Object.entries(seen.b).map(([id, counts]) => [
    id,
    counts.map((count, index) => count || Number(ranBranches.has(branchKey(seen, id, index)))),
  ]);
  return { ...seen, s: Object.fromEntries(s), b: Object.fromEntries(b) };
}

const branchKey = ({ branchMap }: FileCoverageData, id: string, index: number): string =>
  `${branchMap[id]?.type} ${branchMap[id]?.loc.start.line} ${index}`;

export function scoreFile(data: FileCoverageData): FileScore {
  const file = istanbul.createFileCoverage(data);
  const { lines, branches } = file.toSummary().data;
  return {
    path: data.path,
    lines: { covered: lines.covered, total: lines.total },
    branches: { covered: branches.covered, total: branches.total },
    missing: file.getUncoveredLines().map(Number),
  };
}

export const addScores = (scores: readonly Score[]): Score => ({
  covered: scores.reduce((sum, { covered }) => sum + covered, 0),
  total: scores.reduce((sum, { total }) => sum + total, 0),
});

/** Percent. A file with nothing to cover counts as covered. */
export const percent = ({ covered, total }: Score): number => (total === 0 ? 100 : (covered / total) * 100);
