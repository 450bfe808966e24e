import { suites } from './vitest.config.ts';

/** Records histories: VERSION=v2 npx vitest run --config tests/vitest.record.config.ts */
export default suites(
  ['tests/replay/record.ts', 'tests/replay/record-jobs.ts', 'tests/replay/record-chats.ts'],
  { workers: 2 },
);
