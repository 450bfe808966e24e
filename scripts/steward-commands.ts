interface Command {
  summary: string;
  /** The script that is the command, from the root of the project. */
  file: string;
}

/** What `steward` can do; each is an npm script as well. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  start: { summary: 'everything on this machine, until Ctrl-C', file: 'embedded/main.ts' },
  demo: { summary: 'the same, and two real tasks', file: 'demo/demo.ts' },
  api: { summary: 'an API process', file: 'processes/api.ts' },
  worker: { summary: 'a worker process', file: 'processes/worker.ts' },
  health: { summary: 'how Steward is', file: 'scripts/health.ts' },
  keys: { summary: 'create, list and revoke API keys, straight in the database', file: 'scripts/keys.ts' },
  fund: { summary: 'money for a user of the local stack', file: 'scripts/fund.ts' },
  treasury: { summary: 'what runs may spend of the operator’s own money', file: 'scripts/treasury.ts' },
  purchase: { summary: 'buy a job of an agent, and check all of it', file: 'scripts/purchase.ts' },
  keygen: { summary: 'a new escrow account, or the secrets of a deployment', file: 'scripts/keygen.ts' },
  migrate: { summary: 'the newest schema for DATABASE_URL', file: 'scripts/migrate.ts' },
  promote: { summary: 'which version of the workers new runs start on', file: 'scripts/promote.ts' },
  verify: { summary: 'whether the receipt of a run holds, without any server', file: 'scripts/verify.ts' },
  audit: {
    summary: 'verify: whether the audit trail is as it was written',
    file: 'scripts/audit.ts',
  },
  reset: { summary: 'delete the local stack, after asking', file: 'scripts/reset.ts' },
};

export const commandOf = (name: string | undefined): Command | undefined =>
  name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
