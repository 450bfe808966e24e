import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { countResults } from './test-results.ts';

const path = join(temporaryFolder('results'), 'results.json');

function report(...files: [status: string, ...tests: string[]][]): void {
  const testResults = files.map(([status, ...tests]) => ({
    status,
    assertionResults: tests.map((result) => ({ status: result })),
  }));
  writeFileSync(path, JSON.stringify({ testResults }));
}

test('tests are counted over all files', () => {
  report(['passed', 'passed', 'passed'], ['failed', 'passed', 'failed']);
  expect(countResults(path, 1)).toEqual({ passed: 3, failed: 1 });
});

test('a file that could not be loaded counts as one failure', () => {
  report(['passed', 'passed'], ['failed']);
  expect(countResults(path, 1)).toEqual({ passed: 1, failed: 1 });
});

test('an error outside every test counts as one failure', () => {
  report(['passed', 'passed']);
  expect(countResults(path, 1)).toEqual({ passed: 1, failed: 1 });
  expect(countResults(path, null)).toEqual({ passed: 1, failed: 1 });
});

test('a run without a report counts as failed', () => {
  expect(countResults(`${path}.none`, 1)).toEqual({ passed: 0, failed: 1 });
});
