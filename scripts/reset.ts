import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { loadConfig } from '../families/config.ts';
import { defaultCacheDir } from '../embedded/downloads/cache-dir.ts';
import { runScript } from './command-line.ts';
import { planReset, refusal } from './reset-folders.ts';
import { findUser } from './reset-users.ts';

await runScript({
  name: 'reset',
  about: 'Deletes everything the embedded stack has kept: runs, money, chains, keys.',
  options: {
    data: { value: 'DIR', about: 'the folder (DATA_DIR, ./data)' },
    yes: { about: 'do not ask' },
  },
  examples: ['steward reset', 'steward reset --data /tmp/steward --yes'],
  notes: `Servers of your own (DATABASE_URL, TEMPORAL_ADDRESS, chains) are not touched. Stop the stack first.`,
  run: ({ values }) => reset(values.data ?? loadConfig().DATA_DIR, values.yes),
});

async function reset(dataDir: string, yes: boolean): Promise<void> {
  const refused = refusal(dataDir, join(import.meta.dirname, '..'));
  if (refused !== undefined) throw new Error(refused);
  const { folders } = planReset(dataDir, defaultCacheDir());
  if (folders.length === 0) return void process.stdout.write('There is nothing to delete.\n');
  refuseWhileInUse(folders);
  process.stdout.write(
    `This deletes all runs, balances, local chains and keys in\n${folders.map((folder) => `  ${folder}\n`).join('')}`,
  );
  if (!yes && !(await isConfirmed())) throw new Error('Nothing was deleted.');
  // The question took time, and things may have changed.
  refuseWhileInUse(folders);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  process.stdout.write('Deleted. npm start begins anew.\n');
}

function refuseWhileInUse(folders: readonly string[]): void {
  const user = findUser(folders);
  if (user === undefined) return;
  throw new Error(
    `Process ${user.pid} (${user.command}) is using it: stop the stack first (Ctrl-C). Nothing was deleted.`,
  );
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Error('There is no terminal to ask on: say --yes. Nothing was deleted.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Type yes to go on: ');
  terminal.close();
  return answer.trim().toLowerCase() === 'yes';
}
