import { inject } from 'vitest';
import { migrate } from '../../families/schema.ts';
import { urlFor, withClient } from './database-admin.ts';

/** A migrated database with two roles: the owner of its tables and the application. Neither is a superuser. */
export interface TwoRoles {
  /** As the application. */
  url: string;
  ownerUrl: string;
  /** As the server's superuser. */
  adminUrl: string;
  application: string;
  owner: string;
  drop(): Promise<void>;
}

let made = 0;

export async function twoRoles({ migrated = true }: { migrated?: boolean } = {}): Promise<TwoRoles> {
  made += 1;
  const server = inject('databaseServerUrl');
  const name = `steward_roles_${process.pid}_${made}`;
  const [owner, application] = [`${name}_owner`, `${name}_app`];
  const as = (role: string): string => {
    const url = new URL(urlFor(server, name));
    [url.username, url.password] = [role, 'a-password'];
    return url.href;
  };
  await onServer(
    server,
    `create role ${owner} login password 'a-password'`,
    `create role ${application} login password 'a-password'`,
    `create database ${name} owner ${owner}`,
  );
  const [url, ownerUrl] = [as(application), as(owner)];
  if (migrated) await migrate(url, ownerUrl);
  return {
    url,
    ownerUrl,
    adminUrl: urlFor(server, name),
    application,
    owner,
    drop: () =>
      onServer(
        server,
        `drop database ${name} with (force)`,
        `drop role ${application}`,
        `drop role ${owner}`,
      ),
  };
}

const onServer = (server: string, ...statements: string[]): Promise<void> =>
  withClient(server, async (client) => {
    for (const statement of statements) await client.query(statement);
  });

/** Runs statements on the audit trail as an owner who means to: with its triggers disabled. */
export function tamper(ownerUrl: string, ...statements: string[]): Promise<void> {
  const tables = ['audit', 'audit_anchor', 'receipt_anchor'];
  return onServer(
    ownerUrl,
    'begin',
    ...tables.map((table) => `alter table ${table} disable trigger append_only`),
    ...statements,
    ...tables.map((table) => `alter table ${table} enable always trigger append_only`),
    'commit',
  );
}
