import { existsSync, readFileSync } from 'node:fs';

interface Report {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/**
 * Counts vitest's JSON report. A file that could not even be loaded has no test that failed, and an unhandled error
 * belongs to no test: each counts as one failure, so that nothing that went wrong reads as success.
 */
export function countResults(path: string, exitCode: number | null): { passed: number; failed: number } {
  if (!existsSync(path)) return { passed: 0, failed: exitCode === 0 ? 0 : 1 };
  const { testResults }: Report = JSON.parse(readFileSync(path, 'utf8'));
  const tests = testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failedTests = tests.filter(({ status }) => status === 'failed').length;
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const failed = failedTests + brokenFiles;
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}
