import { issueKey } from '../api/keys/issue.ts';
import type { Database } from '../db/database.ts';
import { createAuditor } from '../db/repositories/audit.ts';
import { listKeys, revokeKey } from '../db/repositories/keys.ts';
import { prepareSchema } from '../families/schema.ts';
import { KeyBody } from '../schemas/core/api.ts';
import { runScript } from './command-line.ts';
import { explainIssues, keyTable, newKeyLines } from './keys-table.ts';
import { installationOf, openInstallation } from './open-database.ts';

const HELP = `steward keys create --subject USER [options]   a new key; what is printed is the only place that shows it
steward keys list                              the keys of a tenant, without their secrets
steward keys revoke ID                         end a key, at once and for ever

  --subject USER       the one userId the key acts for
  --scopes LIST        of read, operate, approve, admin (read,operate)
  --name TEXT          what it is for (the subject)
  --expires TIME       RFC 3339, for example 2030-01-01T00:00:00Z (never)
  --tenant NAME        (default)
  --data DIR           folder of the local stack, used when DATABASE_URL is not set (DATA_DIR, ./data)

Works straight in the database that DATABASE_URL names, so it makes the first admin key as well:
  steward keys create --subject ops --scopes admin
`;

await runScript({
  help: HELP,
  options: {
    subject: { type: 'string' },
    scopes: { type: 'string' },
    name: { type: 'string' },
    expires: { type: 'string' },
    tenant: { type: 'string', default: 'default' },
    data: { type: 'string' },
  },
  positionals: 2,
  async run({ values, positionals: [action, id] }) {
    const act = { create, list, revoke }[action ?? ''];
    if (act === undefined) throw new Error('Say create, list or revoke; --help shows how.');
    const db = await openInstallation(installationOf(values.data), prepareSchema);
    try {
      await act(db, values, id);
    } finally {
      await db.close();
    }
  },
});

interface Values {
  tenant: string;
  subject?: string | undefined;
  scopes?: string | undefined;
  name?: string | undefined;
  expires?: string | undefined;
}

async function create(db: Database, { tenant, subject, scopes, name, expires }: Values): Promise<void> {
  if (subject === undefined) throw new Error('For whom? steward keys create --subject USER');
  const wanted = KeyBody.safeParse({
    subject,
    tenant,
    name: name ?? subject,
    ...(scopes === undefined ? {} : { scopes: scopes.split(',').map((scope) => scope.trim()) }),
    ...(expires === undefined ? {} : { expires_at: expires }),
  });
  if (!wanted.success) throw new Error(explainIssues(wanted.error));
  const { data } = wanted;
  const expiresAt = data.expires_at === undefined ? null : new Date(data.expires_at);
  const { created, key } = await issueKey(db, {
    tenant,
    subject: data.subject,
    name: data.name,
    scopes: data.scopes,
    expiresAt,
  });
  await note(db, tenant, 'keys create', created.prefix);
  process.stdout.write(`${newKeyLines(created, key).join('\n')}\n`);
}

async function list(db: Database, { tenant }: Values): Promise<void> {
  process.stdout.write(`${keyTable(await listKeys(db.em(), tenant)).join('\n')}\n`);
}

async function revoke(db: Database, { tenant }: Values, id: string | undefined): Promise<void> {
  if (id === undefined)
    throw new Error('Which key? steward keys revoke ID; steward keys list shows the ids.');
  if ((await revokeKey(db.em(), { tenant, prefix: id })) === null)
    throw new Error(`The tenant ${tenant} has no key ${id}; steward keys list shows its keys.`);
  await note(db, tenant, 'keys revoke', id);
  process.stdout.write(`The key ${id} is revoked.\n`);
}

/** A key made past the API is in the tenant's audit chain all the same. */
async function note(db: Database, tenant: string, action: string, object: string): Promise<void> {
  await createAuditor(db).append({ tenant, actor: 'command line', action, object, data: {} });
}
