/**
 * Line and branch coverage of the folders that carry the promises, over everything that `npm test` runs. V8 counts in
 * Node, counters in the bundle count in the sandbox of workflows. Fails below the bar. Arguments go to vitest.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  addCounts,
  addScores,
  mergeSandbox,
  percent,
  scoreFile,
  type Coverage,
  type FileScore,
} from './coverage-counts.ts';

const BAR = 85;
const FOLDERS = ['domain', 'workflows', 'activities', 'api', 'sdk'];
const LEAST = 15;

const root = join(import.meta.dirname, '..');
const output = join(root, 'coverage');

rmSync(output, { recursive: true, force: true });
const tests = spawn(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    `--config=${join(root, 'tests', 'vitest.config.ts')}`,
    `--root=${root}`,
    '--coverage.enabled',
    '--coverage.provider=v8',
    '--coverage.reporter=json',
    `--coverage.reportsDirectory=${join(output, 'node')}`,
    '--coverage.reportOnFailure',
    '--coverage.exclude=**/*.test.ts',
    ...FOLDERS.map((folder) => `--coverage.include=${folder}/**/*.ts`),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', cwd: root, env: { ...process.env, COVERAGE: '1' } },
);
process.on('SIGINT', () => undefined);
await once(tests, 'exit');

const files = Object.values(
  mergeSandbox(readCoverage(join(output, 'node')), readCoverage(join(output, 'workflows')), (path) =>
    path.startsWith(join(root, 'workflows')),
  ),
).map(scoreFile);
const rows = FOLDERS.map((folder) => {
  const inside = files.filter(({ path }) => path.startsWith(join(root, folder) + '/'));
  return {
    folder,
    files: inside.length,
    lines: percent(addScores(inside.map(({ lines }) => lines))),
    branches: percent(addScores(inside.map(({ branches }) => branches))),
  };
});
const figure = (value: number): string => value.toFixed(1).padStart(8);
process.stdout.write(`\nfolder       files   lines % branches %\n`);
for (const row of rows)
  process.stdout.write(
    `${row.folder.padEnd(12)} ${String(row.files).padStart(5)} ${figure(row.lines)} ${figure(row.branches)}\n`,
  );
process.stdout.write('\nleast covered\n');
for (const file of files.toSorted((a, b) => worst(a) - worst(b)).slice(0, LEAST))
  process.stdout.write(
    `${figure(percent(file.lines))} ${figure(percent(file.branches))}  ${relative(root, file.path)}  ${file.missing.slice(0, 12).join(',')}\n`,
  );
const low = rows.filter(
  ({ files: count, lines, branches }) => count === 0 || Math.min(lines, branches) < BAR,
);
if (low.length > 0) process.stdout.write(`\nBelow ${BAR} %: ${low.map(({ folder }) => folder).join(', ')}\n`);
process.exitCode = low.length > 0 || tests.exitCode !== 0 ? 1 : 0;

function worst({ lines, branches }: FileScore): number {
  return Math.min(percent(lines), percent(branches));
}

function readCoverage(folder: string): Coverage {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return addCounts(names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage));
}
