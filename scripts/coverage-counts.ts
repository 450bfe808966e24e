/** The part of Istanbul's format that is used here. V8's maps leave some ends open. */
export interface FileCoverage {
  path: string;
  statementMap: { [id: string]: Range };
  branchMap: { [id: string]: { type: string; loc: Range; locations: Range[] } };
  s: { [id: string]: number };
  b: { [id: string]: number[] };
}

interface Range {
  start: { line?: number };
}

export type Coverage = { [path: string]: FileCoverage };

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

/** Adds the counts of equal maps: the same instrumented files, run by several processes. */
export function addCounts(parts: readonly Coverage[]): Coverage {
  const sum: Coverage = {};
  for (const part of parts)
    for (const [path, file] of Object.entries(part)) {
      const known = sum[path];
      sum[path] = known === undefined ? structuredClone(file) : added(known, file);
    }
  return sum;
}

function added(known: FileCoverage, file: FileCoverage): FileCoverage {
  for (const [id, count] of Object.entries(file.s)) known.s[id] = (known.s[id] ?? 0) + count;
  for (const [id, counts] of Object.entries(file.b))
    known.b[id] = counts.map((count, index) => count + (known.b[id]?.[index] ?? 0));
  return known;
}

/**
 * What V8 saw in Node together with what the sandbox of workflows counted. Workflows are judged by the sandbox alone;
 * other files keep V8's map, and what only the sandbox ran counts there as run, by line and by branch of a line.
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

function fold(seen: FileCoverage, counted: FileCoverage): FileCoverage {
  const ranLines = new Set(
    Object.keys(counted.s).flatMap((id) => (counted.s[id] ? [lineOf(counted.statementMap[id])] : [])),
  );
  const ranBranches = new Set(
    branchesOf(counted)
      .filter(({ count }) => count > 0)
      .map(({ key }) => key),
  );
  const s = Object.fromEntries(
    Object.entries(seen.s).map(([id, count]) => [
      id,
      count || Number(ranLines.has(lineOf(seen.statementMap[id]))),
    ]),
  );
  const b = Object.fromEntries(
    Object.entries(seen.b).map(([id, counts]) => [
      id,
      counts.map((count, index) => count || Number(ranBranches.has(branchKey(seen, id, index)))),
    ]),
  );
  return { ...seen, s, b };
}

const lineOf = (range: Range | undefined): number => range?.start.line ?? 0;
const branchKey = ({ branchMap }: FileCoverage, id: string, index: number): string =>
  `${branchMap[id]?.type} ${lineOf(branchMap[id]?.loc)} ${index}`;
const branchesOf = (file: FileCoverage): { key: string; count: number }[] =>
  Object.entries(file.b).flatMap(([id, counts]) =>
    counts.map((count, index) => ({ key: branchKey(file, id, index), count })),
  );

/** Lines that begin a statement, and branches; a line is covered when a statement that begins on it ran. */
export function scoreFile(file: FileCoverage): FileScore {
  const lines = new Map<number, boolean>();
  for (const [id, count] of Object.entries(file.s)) {
    const line = lineOf(file.statementMap[id]);
    lines.set(line, (lines.get(line) ?? false) || count > 0);
  }
  const branches = branchesOf(file);
  return {
    path: file.path,
    lines: { covered: [...lines.values()].filter(Boolean).length, total: lines.size },
    branches: { covered: branches.filter(({ count }) => count > 0).length, total: branches.length },
    missing: [...lines].filter(([, ran]) => !ran).map(([line]) => line),
  };
}

export const addScores = (scores: readonly Score[]): Score => ({
  covered: scores.reduce((sum, { covered }) => sum + covered, 0),
  total: scores.reduce((sum, { total }) => sum + total, 0),
});

/** Percent; nothing to cover is covered. */
export const percent = ({ covered, total }: Score): number => (total === 0 ? 100 : (covered / total) * 100);
