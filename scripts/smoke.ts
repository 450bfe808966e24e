import { runScript } from './command-line.ts';
import { loadConfig } from '../families/config.ts';
import { requireOwnApi, requireStack } from './local-stack.ts';
import { createSmoke } from './smoke/client.ts';
import { CHECKS } from './smoke/checks.ts';
import { SCENARIOS } from './smoke/scenarios.ts';

await runScript({
  name: 'smoke',
  about: `Checks agents with budgets over HTTP, as the test script of the original did: nine checks and five scenarios. They
spend a little of the agents' budgets, and the last check resets the day.`,
  options: {
    url: { value: 'URL', about: 'an API that runs (else that of the local stack)' },
    data: { value: 'DIR', about: "the stack's folder (DATA_DIR, ./data)" },
    key: {
      value: 'KEY',
      about: 'an API key with the scope admin, where keys are needed (STEWARD_ADMIN_KEY)',
    },
  },
  examples: ['steward smoke', 'steward smoke --url http://127.0.0.1:8000'],
  async run({ values }) {
    const config = loadConfig();
    const url = values.url ?? (await requireOwnApi(requireStack(values.data ?? config.DATA_DIR)));
    const smoke = createSmoke(url, values.key ?? config.STEWARD_ADMIN_KEY);
    process.stdout.write(`Agents with budgets at ${url}\n\n`);
    let failed = 0;
    for (const [title, check] of [...CHECKS, ...SCENARIOS]) {
      const problem = await check(smoke).catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      );
      const isWell = typeof problem !== 'string';
      if (!isWell) failed += 1;
      process.stdout.write(`${isWell ? 'ok    ' : 'FAILED'} ${title}${isWell ? '' : `: ${problem}`}\n`);
    }
    const all = CHECKS.length + SCENARIOS.length;
    process.stdout.write(failed === 0 ? `\nAll ${all} are well.\n` : `\n${failed} of ${all} failed.\n`);
    process.exitCode = failed === 0 ? 0 : 1;
  },
});
