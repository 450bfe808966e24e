import { isExactNumber } from '../../domain/exact-json.ts';
import type { Json } from '../../schemas/core/json.ts';

/** A value in one line: texts as they are, everything else as JSON. Control characters of others never reach the terminal. */
export const inWords = (value: unknown): string =>
  plain(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const CONTROLS = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** The same text without what would move a terminal's cursor or turn its writing around. */
export const plain = (text: string): string => text.replace(/\t/g, '  ').replace(CONTROLS, '');

/** An amount with its asset, digit for digit. */
export const money = (amount: number | undefined, asset: string): string =>
  amount === undefined ? 'an unknown amount' : `${JSON.stringify(amount)} ${asset}`;

/** An address as people tell it apart; the whole one is shown on demand. */
export const short = (address: string): string =>
  address.length <= 14 ? address : `${address.slice(0, 6)}…${address.slice(-4)}`;

/** "solana:Etw..." as "solana". */
export const chain = (network: string): string => network.split(':')[0] ?? network;

/** Milliseconds as a person says them. */
export function time(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${Number((ms / 3_600_000).toFixed(1))} h`;
}

/** Rows as columns, each as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Fields of an event's data; whatever is no object has none. */
export const fieldsOf = (value: Json | undefined): Readonly<Record<string, Json | undefined>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value) ? value : {};

/** A text that is one. */
export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? plain(value) : undefined;
