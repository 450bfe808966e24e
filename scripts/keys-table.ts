import type { z } from 'zod';
import type { ApiKey } from '../db/entities.ts';

type Shown = Pick<ApiKey, 'prefix' | 'subject' | 'name' | 'scopes' | 'createdAt' | 'expiresAt' | 'revokedAt'>;

/** What is printed for a new key: the secret alone on the first line, so that scripts can take it. */
export const newKeyLines = ({ prefix, subject, scopes, expiresAt }: Shown, key: string): string[] => [
  key,
  `  id ${prefix}, for ${subject}, ${scopes.join(' and ')}, ${expiresAt ? `until ${expiresAt.toISOString()}` : 'without an end'}`,
  '  Keep it now: only its hash is stored.',
];

const stateOf = ({ revokedAt, expiresAt }: Shown, now: Date): string => {
  if (revokedAt) return `revoked ${revokedAt.toISOString()}`;
  if (expiresAt) return `${expiresAt < now ? 'expired' : 'until'} ${expiresAt.toISOString()}`;
  return 'valid';
};

export function keyTable(keys: readonly Shown[], now = new Date()): string[] {
  if (keys.length === 0) return ['There are no keys; steward keys create makes one.'];
  const rows = [
    ['id', 'subject', 'scopes', 'state', 'name'],
    ...keys.map((key) => [key.prefix, key.subject, key.scopes.join(','), stateOf(key, now), key.name]),
  ];
  const widths = rows[0]!.map((_cell, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** What is wrong with the options, each named as a person types it. */
export const explainIssues = ({ issues }: z.ZodError): string =>
  issues
    .map(({ path, message }) => `--${String(path[0]).replace('expires_at', 'expires')}: ${message}`)
    .join('\n');
