import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The contract of Kodosumi on a real one, and jobs sold through it; the suites start all they need by themselves. */
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    fileParallelism: false, // one Ray at a time
    globalSetup: ['tests/support/global-setup.ts'],
    hookTimeout: 120_000,
    setupFiles: ['tests/support/setup.ts'],
    expect: { poll: { timeout: 15_000 } },
    include: ['tests/kodosumi/real/*.full.ts'],
  },
});
