import { suites } from './vitest.config.ts';

/** Everything, also what takes minutes. */
export default suites(['tests/**/*.test.ts', 'tests/**/*.full.ts'], { workers: 3 });
