import { join } from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Two projects: `unit` beside the sources, nothing started; `stack` on one real Temporal server and one real PostgreSQL. */
export function suites(stackFiles: string[], { workers }: { workers: number }): ViteUserConfig {
  return defineConfig({
    root: join(import.meta.dirname, '..'),
    test: {
      maxWorkers: workers,
      pool: 'forks',
      setupFiles: ['tests/support/setup.ts'],
      // A condition may take as long as a loaded machine needs; the default of one second measures the machine.
      expect: { poll: { timeout: 15_000 } },
      projects: [
        {
          extends: true,
          test: {
            name: 'unit',
            include: ['**/*.test.ts'],
            // the corpus of sentences needs no server
            exclude: ['**/node_modules/**', 'tests/!(corpus)/**', 'data/**', 'coverage/**'],
            testTimeout: 20_000,
          },
        },
        {
          extends: true,
          test: {
            name: 'stack',
            include: stackFiles,
            // The real Kodosumi is on its own (vitest.kodosumi.config.ts); the corpus is among the unit tests.
            exclude: ['**/node_modules/**', 'tests/kodosumi/real/**', 'tests/corpus/**'],
            globalSetup: ['tests/support/global-setup.ts'],
            testTimeout: 60_000,
            hookTimeout: 120_000,
          },
        },
      ],
    },
  });
}

// The smallest machine has two cores, and the servers need a share of them. Most of these tests wait half of their time:
// with three at once the whole takes three quarters of what it takes with two.
export default suites(['tests/**/*.test.ts'], { workers: 3 });
