import { defineConfig } from 'vitest/config';

/** The contract of Kodosumi on a real one, which the suite starts by itself: no Temporal, no PostgreSQL. */
export default defineConfig({
  test: {
    setupFiles: ['tests/support/setup.ts'],
    expect: { poll: { timeout: 15_000 } },
    include: ['tests/kodosumi/real/*.full.ts'],
  },
});
