import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '../domain/errors.ts';
import { UsageError } from './command-line.ts';
import { countResults } from './test-results.ts';

const root = join(import.meta.dirname, '..');

/** What vitest would answer with a stack trace is said in a sentence. */
export async function refuseUnknown(given: readonly string[]): Promise<void> {
  const { parseCLI } = await import('vitest/node');
  try {
    parseCLI(['vitest', 'run', ...given]);
  } catch (error) {
    throw new UsageError(`vitest: ${describeError(error)}. npx vitest --help shows its options.`);
  }
}

/** Runs vitest with a config of the root and ends with the one line `N passed, N failed`, and the exit code that fits. */
export async function runVitest(config: string, given: readonly string[]): Promise<void> {
  await refuseUnknown(given);
  const folder = mkdtempSync(join(tmpdir(), 'steward-results-'));
  const results = join(folder, 'results.json');
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      `--root=${root}`,
      `--config=${join(root, 'tests', config)}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
      ...given,
    ],
    { stdio: 'inherit', cwd: root },
  );
  // Ctrl-C in a terminal reaches vitest as well, which ends its servers. This process waits for that.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  await once(child, 'exit');
  const { passed, failed } = countResults(results, child.exitCode);
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  if (failed > 0 || passed === 0 || child.exitCode !== 0) process.exitCode = 1;
}
