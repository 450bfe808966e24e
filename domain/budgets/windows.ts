import type { Budget, Period } from './budget.ts';

/** One period of a budget. `endsAtMs` is when the next begins; null where none does. */
export interface Window {
  key: string;
  startsAtMs: number;
  endsAtMs: number | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The period of a budget that a payment falls into when it is held now. UTC, weeks as in ISO 8601. */
export function windowAt(
  { period, createdAtMs }: Pick<Budget, 'period' | 'createdAtMs'>,
  nowMs: number,
  runId: string,
): Window {
  if (period === 'run') return { key: `run:${runId}`, startsAtMs: createdAtMs, endsAtMs: null };
  if (period === 'total') return { key: 'total', startsAtMs: createdAtMs, endsAtMs: null };
  const startsAtMs = startOf(period, nowMs);
  return { key: keyOf(period, startsAtMs), startsAtMs, endsAtMs: nextAfter(period, startsAtMs) };
}

type Calendar = Exclude<Period, 'run' | 'total'>;

function startOf(period: Calendar, atMs: number): number {
  const at = new Date(atMs);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  if (period === 'hour') return atMs - mod(atMs, HOUR);
  if (period === 'month') return Date.UTC(year, month, 1);
  const day = atMs - mod(atMs, DAY);
  return period === 'day' ? day : day - mondays(day) * DAY;
}

/** Days since the last Monday. */
const mondays = (atMs: number): number => (new Date(atMs).getUTCDay() + 6) % 7;

const mod = (n: number, by: number): number => ((n % by) + by) % by;

function nextAfter(period: Calendar, startsAtMs: number): number {
  if (period === 'hour') return startsAtMs + HOUR;
  if (period === 'day') return startsAtMs + DAY;
  if (period === 'week') return startsAtMs + 7 * DAY;
  const start = new Date(startsAtMs);
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
}

function keyOf(period: Calendar, startsAtMs: number): string {
  const text = new Date(startsAtMs).toISOString();
  if (period === 'hour') return text.slice(0, 13);
  if (period === 'day') return text.slice(0, 10);
  if (period === 'month') return text.slice(0, 7);
  const thursday = new Date(startsAtMs + 3 * DAY); // a week belongs to the year that its Thursday is in
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** How many whole periods lie between one that began then and one that begins now. */
export function periodsBetween(period: Period, thenMs: number, nowMs: number): number {
  if (period === 'run' || period === 'total') return 0;
  if (period === 'month') return months(nowMs) - months(startOf(period, thenMs)) - 1;
  const length = nextAfter(period, 0) - 0;
  return Math.round((nowMs - startOf(period, thenMs)) / length) - 1;
}

const months = (atMs: number): number => new Date(atMs).getUTCFullYear() * 12 + new Date(atMs).getUTCMonth();
