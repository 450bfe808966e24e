import { issueKey } from '../api/keys/issue.ts';
import type { Database } from '../db/database.ts';
import { createAuditor } from '../db/repositories/audit.ts';
import { listKeys, revokeKey } from '../db/repositories/keys.ts';
import { prepareSchema } from '../families/schema.ts';
import { KeyBody } from '../schemas/core/api.ts';
import { runScript, UsageError } from './command-line.ts';
import { explainIssues, keyTable, newKeyLines } from './keys-table.ts';
import { installationOf, openInstallation } from './open-database.ts';

await runScript({
  name: 'keys',
  about: `Creates, lists and revokes API keys, straight in the database that DATABASE_URL names. So it makes the first admin
key as well.`,
  arguments: {
    ACTION:
      'create: what is printed is the only place that shows the key; list: the keys of a tenant, without their secrets; revoke: ends a key, at once and for ever',
    '[ID]': 'the key to revoke; list shows the ids',
  },
  options: {
    subject: { value: 'USER', about: 'the one userId the key acts for' },
    scopes: { value: 'LIST', about: 'of read, operate, approve, admin (read,operate)' },
    name: { value: 'TEXT', about: 'what it is for (the subject)' },
    expires: { value: 'TIME', about: 'RFC 3339, for example 2030-01-01T00:00:00Z (never)' },
    tenant: { value: 'NAME', default: 'default', about: 'whose keys (default)' },
    data: {
      value: 'DIR',
      about:
        'folder of the local stack whose database it is (DATABASE_URL, else the stack of DATA_DIR, ./data)',
    },
  },
  examples: [
    'steward keys create --subject ops --scopes admin',
    'steward keys list',
    'steward keys revoke 32049f0f7201',
  ],
  async run({ values, positionals: [action, id] }) {
    const plan = { create, list, revoke }[action ?? ''];
    if (plan === undefined) throw new UsageError('Say create, list or revoke; --help shows how.');
    const act = plan(values, id);
    const db = await openInstallation(installationOf(values.data), prepareSchema);
    try {
      await act(db);
    } finally {
      await db.close();
    }
  },
});

/** What is wrong with the command line is said before any database is looked for. */
type Act = (db: Database) => Promise<void>;

interface Values {
  tenant: string;
  subject?: string | undefined;
  scopes?: string | undefined;
  name?: string | undefined;
  expires?: string | undefined;
}

function create({ tenant, subject, scopes, name, expires }: Values): Act {
  if (subject === undefined) throw new UsageError('For whom? steward keys create --subject USER');
  const wanted = KeyBody.safeParse({
    subject,
    tenant,
    name: name ?? subject,
    ...(scopes === undefined ? {} : { scopes: scopes.split(',').map((scope) => scope.trim()) }),
    ...(expires === undefined ? {} : { expires_at: expires }),
  });
  if (!wanted.success) throw new UsageError(explainIssues(wanted.error));
  const { data } = wanted;
  const expiresAt = data.expires_at === undefined ? null : new Date(data.expires_at);
  const { subject: owner, name: title, scopes: allowed } = data;
  return async (db) => {
    const { created, key } = await issueKey(db, {
      tenant,
      subject: owner,
      name: title,
      scopes: allowed,
      expiresAt,
    });
    await note(db, tenant, 'keys create', created.prefix);
    process.stdout.write(`${newKeyLines(created, key).join('\n')}\n`);
  };
}

function list({ tenant }: Values): Act {
  return async (db) => {
    process.stdout.write(`${keyTable(await listKeys(db.em(), tenant)).join('\n')}\n`);
  };
}

function revoke({ tenant }: Values, id: string | undefined): Act {
  if (id === undefined)
    throw new UsageError('Which key? steward keys revoke ID; steward keys list shows the ids.');
  return async (db) => {
    if ((await revokeKey(db.em(), { tenant, prefix: id })) === null)
      throw new Error(`The tenant ${tenant} has no key ${id}; steward keys list shows its keys.`);
    await note(db, tenant, 'keys revoke', id);
    process.stdout.write(`The key ${id} is revoked.\n`);
  };
}

/** A key that is made without the API is in the tenant's audit chain as well. */
async function note(db: Database, tenant: string, action: string, object: string): Promise<void> {
  await createAuditor(db).append({ tenant, actor: 'command line', action, object, data: {} });
}
