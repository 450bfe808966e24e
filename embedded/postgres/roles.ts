import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import { createClient } from '../../db/connections.ts';

/** The application's role. Everyone on this machine may connect as it. */
export const APPLICATION = 'steward';
const OWNER = 'steward_owner';
const HOST = '127.0.0.1';

export interface DatabaseUrls {
  /** As the application: no password, and no right to alter the audit trail. */
  url: string;
  /** As the owner, a superuser here. */
  ownerUrl: string;
}

export function urlsOf(port: number, database: string, password: string): DatabaseUrls {
  return {
    url: `postgresql://${APPLICATION}@${HOST}:${port}/${database}`,
    ownerUrl: `postgresql://${OWNER}:${password}@${HOST}:${port}/${database}`,
  };
}

const LOGINS = `# Written at each start.
host all ${APPLICATION} ${HOST}/32 trust
host all all ${HOST}/32 scram-sha-256
`;

/** Writes who may connect and how; returns the file's path. */
export function writeLogins(dataDir: string): string {
  const file = join(dataDir, 'steward_hba.conf');
  writeFileSync(file, LOGINS);
  return file;
}

/**
 * New clusters, and those of older releases, have `steward` as their superuser. That role is renamed to the owner and
 * keeps everything it made. A new role `steward` is the application. All of it happens in one transaction.
 */
export async function ensureRoles({ url }: DatabaseUrls, password: string): Promise<void> {
  const client = createClient(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ all: boolean }>(
      'select rolsuper as all from pg_roles where rolname = current_user',
    );
    if (rows[0]?.all === true) await divide(client, password);
  } finally {
    await client.end();
  }
}

/** A role cannot rename itself, so a third role does it. */
async function divide(client: Client, password: string): Promise<void> {
  const between = `${OWNER}_rename`;
  const statements = [
    'begin',
    `create role ${between} superuser`,
    `set local session authorization ${between}`,
    `alter role ${APPLICATION} rename to ${OWNER}`,
    `alter role ${OWNER} password ${client.escapeLiteral(password)}`,
    `create role ${APPLICATION} login`,
    'reset session authorization',
    `drop role ${between}`,
    'commit',
  ];
  for (const statement of statements) await client.query(statement);
}
