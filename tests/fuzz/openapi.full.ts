import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { fuzz } from './schemathesis.ts';
import { fuzzSettings } from './settings.ts';
import { startTarget, type Target } from './target.ts';

const LIMIT_MS = 15 * 60_000;
const skipped = process.env['STEWARD_SKIP_FUZZ'] === '1';
if (skipped) process.stdout.write('The API is not fuzzed: STEWARD_SKIP_FUZZ=1 says so.\n');

describe.runIf(!skipped)('every answer of the API is as its description says', () => {
  const folder = temporaryFolder('fuzz');
  let target: Target | undefined;
  beforeAll(async () => {
    target = await startTarget(folder);
  });
  afterAll(() => target?.close());

  test(
    'whatever Schemathesis sends to whichever operation',
    async () => {
      const { url, adminKey, ids, errors } = target!;
      const { code, report } = await fuzz({
        description: `${url}/openapi.json`,
        adminKey,
        settings: fuzzSettings({ seed: 20_251_121, examplesPerOperation: 100, ids }),
        folder,
        timeoutMs: LIMIT_MS,
      });
      expect(errors).toEqual([]);
      expect(code, report).toBe(0);
      expect(report).toMatch(/Tested: [1-9]\d/);
      process.stdout.write(`${report.slice(report.indexOf('SUMMARY'))}\n`);
    },
    LIMIT_MS + 240_000,
  );
});
