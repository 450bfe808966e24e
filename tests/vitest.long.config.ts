import { suites } from './vitest.config.ts';

/** Only what takes minutes: for whoever has run the rest already. */
export default suites(['tests/**/*.full.ts'], { workers: 3 });
