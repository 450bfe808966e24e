import { compareDecimals, decimalOf } from '../../decimals.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { AssembleContext } from '../assemble.ts';
import type { CatalogueService } from '../catalogue.ts';
import { plainMoney } from './plain-money.ts';
import { sellerLimits, type Sellers } from './seller-limits.ts';
import { covers } from './spans.ts';
import { isBound, phraseAround } from './bound-words.ts';
import type { Mention, Reading } from './reading.ts';
import type { PlanQuestion, UnderstoodPart, WordLimits } from './understanding.ts';

/** What a plan may be paid in, and what the catalogue calls its services and sellers. */
export interface LimitContext extends Sellers {
  /** Codes of the assets a plan may be priced in; the first with USD in its name is what "dollars" and "cents" mean. */
  codes: readonly string[];
  /** What a person answered to questions, `maxCost` among them. */
  answers?: JsonObject;
}

/** Limits of a request with their passages, and questions about those that cannot be kept as they were said. */
export interface SaidLimits {
  limits: WordLimits;
  parts: UnderstoodPart[];
  questions: PlanQuestion[];
}

/** A maximum that was asked for and answered binds like one that was said. */
function answered(said: SaidLimits, { codes, answers = {} }: LimitContext): SaidLimits {
  const amount = String(answers['maxCost'] ?? '');
  const asset = dollarCoin(codes) ?? codes[0];
  if (said.questions.length === 0 || !/^\d{1,30}(\.\d{1,30})?$/.test(amount) || asset === undefined)
    return said;
  return { ...said, questions: [], limits: lowerLimits(said.limits, { maxCost: { amount, asset } }, codes) };
}

/** The stricter of two sets of limits. A maximum in an asset that the plan cannot be priced in, or in another one than ours, is left out. */
export function lowerLimits(ours: WordLimits, others: WordLimits, codes: readonly string[]): WordLimits {
  const maxCost = lowerCost(ours.maxCost, others.maxCost, codes);
  const times = [ours.maxTimeMs, others.maxTimeMs].filter((one) => one !== undefined && one > 0);
  const notFrom = [...new Set([...(ours.notFrom ?? []), ...(others.notFrom ?? [])])];
  return {
    ...(maxCost === undefined ? {} : { maxCost }),
    ...(times.length === 0 ? {} : { maxTimeMs: Math.min(...(times as number[])) }),
    ...(ours.verifiedOnly === true || others.verifiedOnly === true ? { verifiedOnly: true } : {}),
    ...(notFrom.length === 0 ? {} : { notFrom }),
  };
}

function lowerCost(
  ours: WordLimits['maxCost'],
  other: WordLimits['maxCost'],
  codes: readonly string[],
): WordLimits['maxCost'] {
  const asset = other === undefined ? undefined : assetOf(other.asset, codes);
  if (other === undefined || asset === undefined || decimalOf(other.amount) === undefined) return ours;
  if (ours === undefined) return { amount: other.amount, asset };
  return ours.asset === asset && isLess(other.amount, ours.amount) ? { amount: other.amount, asset } : ours;
}

type Money = Extract<Mention, { kind: 'money' }>;
type Duration = Extract<Mention, { kind: 'duration' }>;

/** The limits that the words of a request set: the most it may cost and last, and from whom nothing may be bought. */
export function limitsOf(reading: Reading, context: LimitContext): SaidLimits {
  const said: SaidLimits = { limits: {}, parts: [], questions: [] };
  const mentions = [...reading.mentions, ...plainMoney(reading, context.codes)];
  for (const mention of mentions.filter((one) => isSaid(one, reading))) {
    if (mention.kind === 'money') addMoney(said, mention, reading, context.codes);
    if (mention.kind === 'duration') addTime(said, mention, reading);
  }
  const sellers = sellerLimits(reading, context);
  Object.assign(said.limits, sellers.limits);
  said.parts.push(...sellers.parts);
  return answered(said, context);
}

/** What is quoted or hangs on a condition ("if the price is under 100 dollars") limits nothing. */
function isSaid({ span }: Mention, { mentions, clauses }: Reading): boolean {
  const isQuoted = mentions.some(
    (other) => (other.kind === 'quote' || other.kind === 'url') && covers(other.span, span),
  );
  return !isQuoted && !clauses.some((clause) => clause.mood === 'condition' && covers(clause.span, span));
}

function addMoney(said: SaidLimits, money: Money, reading: Reading, codes: readonly string[]): void {
  if (!isBound(money, reading.text)) return;
  const { text, span } = phraseAround(money.span, reading.text);
  const asset = assetOf(money.currency, codes);
  const before = said.limits.maxCost;
  if (asset === undefined || (before !== undefined && before.asset !== asset)) {
    said.questions = [costQuestion(text, codes)];
    said.parts.push({ text, span, as: 'limit', field: 'maxCost' });
    return;
  }
  if (before === undefined || isLess(money.amount, before.amount))
    said.limits.maxCost = { amount: money.amount, asset };
  said.parts.push({ text, span, as: 'limit', field: 'maxCost', value: `${money.amount} ${asset}` });
}

/** "Dollars" are the dollar coin of this installation; any other currency must be one that it pays in. */
function assetOf(currency: string, codes: readonly string[]): string | undefined {
  const code = currency.toUpperCase();
  const own = codes.find((one) => one.toUpperCase() === code);
  return own ?? (code === 'USD' || code === 'USDC' ? dollarCoin(codes) : undefined);
}

const dollarCoin = (codes: readonly string[]): string | undefined => codes.find((code) => /usd/i.test(code));

/** Whether one plain decimal is less than another. */
function isLess(a: string, b: string): boolean {
  const [left, right] = [decimalOf(a), decimalOf(b)];
  return left !== undefined && right !== undefined && compareDecimals(left, right) < 0;
}

function costQuestion(text: string, codes: readonly string[]): PlanQuestion {
  const asset = dollarCoin(codes) ?? codes[0] ?? 'the asset of the plan';
  return {
    field: 'maxCost',
    question: `The most that everything may cost is said as "${text}". How much is that in ${asset}?`,
    type: 'number',
    example: '0.05',
    min: 0,
  };
}

function addTime(said: SaidLimits, duration: Duration, reading: Reading): void {
  if (duration.when === 'past' || !isBound(duration, reading.text)) return;
  const ms = Math.floor(msOf(duration));
  if (!Number.isSafeInteger(ms) || ms <= 0) return;
  const { text, span } = phraseAround(duration.span, reading.text);
  said.limits.maxTimeMs = Math.min(ms, said.limits.maxTimeMs ?? Infinity);
  said.parts.push({ text, span, as: 'limit', field: 'maxTimeMs', value: ms });
}

const UNIT_MS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milli)/i, 1],
  [/^s(ec|econd|$)/i, 1000],
  [/^mi?n/i, 60_000],
  [/^h(our|r|$)/i, 3_600_000],
];
const DAY_MS = 86_400_000;

function msOf({ count, unit, days }: Duration): number {
  const ms = UNIT_MS.find(([pattern]) => pattern.test(unit))?.[1];
  return ms === undefined ? days * DAY_MS : count * ms;
}

/**
 * What a plan is made from once the limits of the words bind: services of others than those that are excluded, one asset when the
 * maximum names one, and the lower of both maximums.
 */
export function bindLimits<T extends AssembleContext>(context: T, limits: WordLimits): T {
  const { maxCost, verifiedOnly, notFrom = [] } = limits;
  const services = context.services.filter(
    (service) =>
      (verifiedOnly !== true || service.verified) && !notFrom.some((name) => isFrom(service, name)),
  );
  if (maxCost === undefined) return { ...context, services };
  const isLower = context.maxCost === undefined || isLess(maxCost.amount, context.maxCost);
  return {
    ...context,
    services,
    codes: context.codes.filter((code) => code === maxCost.asset),
    maxCost: isLower ? maxCost.amount : context.maxCost,
  };
}

/** What the services and sellers of a catalogue are called. */
export const sellersOf = (services: readonly CatalogueService[]): string[] => [
  ...new Set(services.flatMap(({ id, name, owner }) => [id, name, owner])),
];

/** A service is from whoever is named when the name is its own, its id, its seller or its host. */
function isFrom({ id, name, owner, url }: CatalogueService, excluded: string): boolean {
  const said = plain(excluded);
  if (said === '') return false;
  const hosts = url
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .split(/[/:?#]/, 1)[0]!;
  const isHost =
    excluded.includes('.') &&
    hosts.endsWith(
      excluded
        .toLowerCase()
        .replace(/^[a-z]+:\/\//, '')
        .split(/[/:?#]/, 1)[0]!,
    );
  return isHost || [id, name, owner].some((one) => ` ${plain(one)} `.includes(` ${said} `));
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
