export interface StewardCommand {
  summary: string;
  /** The script that is the command, from the root of the project. */
  file: string;
  /** Of a process that takes no options: everything that its help says. */
  about?: string;
}

type Commands = Readonly<Record<string, StewardCommand>>;

/** What people do with Steward. Each command is an npm script as well. */
export const COMMANDS: Commands = {
  start: { summary: 'everything on this machine, until Ctrl-C', file: 'embedded/main.ts' },
  demo: { summary: 'the same, and two real tasks', file: 'demo/demo.ts' },
  task: {
    summary: 'have a task done: see its plan, approve it, watch it, check what it cost',
    file: 'scripts/task.ts',
  },
  api: {
    summary: 'an API process',
    file: 'processes/api.ts',
    about: 'Starts an API process. Its settings are in the environment: .env.example explains them.',
  },
  worker: {
    summary: 'a worker process',
    file: 'processes/worker.ts',
    about: 'Starts a worker process. Its settings are in the environment: .env.example explains them.',
  },
  health: { summary: 'how Steward is', file: 'scripts/health.ts' },
  keys: { summary: 'create, list and revoke API keys, straight in the database', file: 'scripts/keys.ts' },
  fund: { summary: 'money for a user of the local stack', file: 'scripts/fund.ts' },
  treasury: { summary: 'what runs may spend of the operator’s own money', file: 'scripts/treasury.ts' },
  registry: {
    summary: 'whether the services of agents are in the payment router’s registry as their file says',
    file: 'scripts/registry.ts',
  },
  smoke: {
    summary: 'checks of agents with budgets, as the original’s test script',
    file: 'scripts/smoke.ts',
  },
  surplus: {
    summary: 'money that came in and that nobody claimed, and whose it is',
    file: 'scripts/surplus.ts',
  },
  purchase: { summary: 'buy a job of an agent, and check all of it', file: 'scripts/purchase.ts' },
  keygen: { summary: 'a new escrow account, or the secrets of a deployment', file: 'scripts/keygen.ts' },
  migrate: { summary: 'the newest schema for DATABASE_URL', file: 'scripts/migrate.ts' },
  promote: { summary: 'which version of the workers new runs start on', file: 'scripts/promote.ts' },
  verify: { summary: 'whether the receipt of a run holds, without any server', file: 'scripts/verify.ts' },
  audit: { summary: 'verify: whether the audit trail is as it was written', file: 'scripts/audit.ts' },
  reset: { summary: 'delete the local stack, after asking', file: 'scripts/reset.ts' },
};

/** What people do who change Steward. */
export const HOUSE_COMMANDS: Commands = {
  dev: { summary: 'like start; API and worker restart when a source changes', file: 'scripts/dev.ts' },
  check: { summary: 'the one gate before a commit', file: 'scripts/check.ts' },
  test: { summary: 'the tests', file: 'scripts/test.ts' },
  'test:kodosumi': { summary: 'the tests on a real Kodosumi', file: 'scripts/test-kodosumi.ts' },
  coverage: { summary: 'what the tests reach', file: 'scripts/coverage.ts' },
  bench: { summary: 'Steward beside a bare Temporal program', file: 'bench/main.ts' },
  build: { summary: 'a bundle of the workflows', file: 'scripts/build.ts' },
  'check-deploy': { summary: 'whether what is deployed is in order', file: 'scripts/check-deploy.ts' },
  'env-example': { summary: '.env.example out of the settings', file: 'scripts/env-example.ts' },
  settings: { summary: 'docs/SETTINGS.md, from the configuration', file: 'scripts/settings.ts' },
  lockfile: { summary: 'a complete package-lock.json', file: 'scripts/complete-lockfile.ts' },
};
