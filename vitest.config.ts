import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Two projects: `unit` beside the sources, nothing started; `stack` on one real Temporal server and one real PostgreSQL. */
export function suites(stackFiles: string[]): ViteUserConfig {
  return defineConfig({
    test: {
      // Two cores are what the smallest machine has, and the servers need a share of them.
      maxWorkers: 2,
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
            exclude: ['**/node_modules/**', 'tests/**', 'data/**', 'coverage/**'],
            testTimeout: 20_000,
          },
        },
        {
          extends: true,
          test: {
            name: 'stack',
            include: stackFiles,
            exclude: ['**/node_modules/**', 'tests/kodosumi/real/**'], // on their own: vitest.kodosumi.config.ts
            globalSetup: ['tests/support/global-setup.ts'],
            testTimeout: 60_000,
            hookTimeout: 120_000,
          },
        },
      ],
    },
  });
}

export default suites(['tests/**/*.test.ts']);
