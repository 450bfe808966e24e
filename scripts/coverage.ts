import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runScript } from './command-line.ts';
import { untilEnded } from './run-vitest.ts';
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

await runScript({
  name: 'coverage',
  about: `Measures line and branch coverage of the folders that carry the promises, by everything "npm test" runs. Fails below
${BAR} %.`,
  passesOn: 'vitest',
  examples: ['steward coverage'],
  notes:
    'V8 counts in Node, counters in the bundle count in the sandbox of workflows. Arguments go to vitest.',
  async run({ positionals }) {
    const passed = await measure(positionals);
    const files = readScores();
    const rows = FOLDERS.map((folder) => scoreFolder(folder, files));
    report(rows, files);
    const low = rows.filter((row) => row.files === 0 || Math.min(row.lines, row.branches) < BAR);
    if (low.length > 0)
      process.stdout.write(`\nBelow ${BAR} %: ${low.map(({ folder }) => folder).join(', ')}\n`);
    process.exitCode = low.length > 0 || !passed ? 1 : 0;
  },
});

/** True when every test passed. */
async function measure(given: readonly string[]): Promise<boolean> {
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
      ...given,
    ],
    { stdio: ['inherit', 'inherit', 'pipe'], cwd: root, env: { ...process.env, COVERAGE: '1' } },
  );
  process.on('SIGINT', () => undefined);
  await untilEnded(tests);
  return tests.exitCode === 0;
}

function readScores(): FileScore[] {
  const node = readCoverage(join(output, 'node'));
  const sandbox = readCoverage(join(output, 'workflows'));
  const isSandboxed = (path: string): boolean => path.startsWith(join(root, 'workflows'));
  return Object.values(mergeSandbox(node, sandbox, isSandboxed)).map(scoreFile);
}

interface Row {
  folder: string;
  files: number;
  lines: number;
  branches: number;
}

function scoreFolder(folder: string, files: readonly FileScore[]): Row {
  const inside = files.filter(({ path }) => path.startsWith(join(root, folder) + '/'));
  return {
    folder,
    files: inside.length,
    lines: percent(addScores(inside.map(({ lines }) => lines))),
    branches: percent(addScores(inside.map(({ branches }) => branches))),
  };
}

function report(rows: readonly Row[], files: readonly FileScore[]): void {
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
}

function worst({ lines, branches }: FileScore): number {
  return Math.min(percent(lines), percent(branches));
}

function readCoverage(folder: string): Coverage {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return addCounts(names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage));
}
