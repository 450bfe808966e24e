import pg from 'pg';

/** Statements by name, or by their first words where they have none. */
export type StatementCounts = { [statement: string]: number };

/** Counts every statement that this process sends to PostgreSQL; nothing else changes. */
export function countStatements(): StatementCounts {
  const counts: StatementCounts = {};
  const prototype = pg.Client.prototype as unknown as {
    query: (this: pg.Client, ...args: unknown[]) => unknown;
  };
  const original = prototype.query;
  prototype.query = function query(this: pg.Client, ...args: unknown[]): unknown {
    const name = nameOf(args[0]);
    counts[name] = (counts[name] ?? 0) + 1;
    return original.apply(this, args);
  };
  return counts;
}

function nameOf(first: unknown): string {
  if (typeof first === 'string') return shortened(first);
  const { name, text } = (first ?? {}) as { name?: string; text?: string };
  return name ?? shortened(text ?? 'unknown');
}

const shortened = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 60);
