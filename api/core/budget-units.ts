import type { BudgetChange, NewBudget } from '../../db/repositories/budget-records.ts';
import type { AssetBook } from '../../domain/assets.ts';
import { unitsOf } from '../../domain/budgets/budget.ts';
import { TOKENS_UNIT } from '../../domain/budgets/tokens.ts';
import { parseUnits } from '../../domain/money.ts';
import type { BudgetBody, BudgetPatch, BudgetPeriod } from '../../schemas/core/budget.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { ApiError } from '../problem.ts';

type Counted = Pick<NewBudget, 'asset' | 'unit' | 'decimals'>;

/** What a budget counts: one asset, or a unit of several. */
export function countedIn(book: AssetBook, { asset, unit }: Pick<BudgetBody, 'asset' | 'unit'>): Counted {
  if (unit === undefined) {
    const { id, decimals } = assetNamed(book, asset ?? '');
    return { asset: id, unit: null, decimals };
  }
  const groups = unitsOf(book.groups ?? []);
  const group = groups.find(({ name }) => name === unit);
  if (group !== undefined) return { asset: null, unit, decimals: group.decimals };
  const known =
    groups.length === 1
      ? `there is ${groups[0]!.name} alone: set ASSET_GROUPS, or name an \`asset\``
      : `there are ${groups.map(({ name }) => name).join(', ')}`;
  throw refused('unknown_unit', 'unit', `"${unit}" is no unit here; ${known}.`);
}

/** By CAIP-19 id, or by a code that only one asset has. */
function assetNamed({ assets }: AssetBook, named: string): Asset {
  const id = named.startsWith('eip155:') ? named.toLowerCase() : named;
  const byId = assets.find((asset) => asset.id === id);
  if (byId !== undefined) return byId;
  const [asset, ...others] = assets.filter(({ code }) => code === named);
  if (asset !== undefined && others.length === 0) return asset;
  if (asset === undefined) {
    const codes = [...new Set(assets.map(({ code }) => code))].join(', ');
    throw refused('unknown_asset', 'asset', `"${named}" is no asset here; there are ${codes}.`);
  }
  const ids = [asset, ...others].map((one) => one.id).join(' and ');
  throw refused(
    'unknown_asset',
    'asset',
    `${named} is on several chains: name ${ids}, or a \`unit\` of ASSET_GROUPS that has them all.`,
  );
}

/** The fields of a change that are there, with amounts in minor units. */
export function changeOf(
  patch: BudgetPatch,
  { decimals, period, unit }: { decimals: number; period: BudgetPeriod; unit: string | null },
): Partial<BudgetChange> {
  const { name, amount, mode, rollover, alerts, approve_above: above } = patch;
  if (rollover?.enabled && (period === 'run' || period === 'total'))
    throw refused('validation_failed', 'rollover', `A budget with period "${period}" has no next period.`);
  if (typeof above === 'string' && unit === TOKENS_UNIT.name)
    throw refused(
      'validation_failed',
      'approve_above',
      'nobody is asked about a single call of a model; lower the amount instead.',
    );
  const minor = (text: string): string => parseUnits(text, decimals).toString();
  return {
    ...(name !== undefined && { name }),
    ...(amount !== undefined && { amount: minor(amount) }),
    ...(mode !== undefined && { mode }),
    ...(rollover !== undefined && {
      rollover: rollover && { ...rollover, cap: rollover.cap === null ? null : minor(rollover.cap) },
    }),
    ...(alerts !== undefined && { alerts }),
    ...(above !== undefined && { approve_above: above === null ? null : minor(above) }),
  };
}

export const refused = (code: string, path: string, message: string): ApiError =>
  new ApiError(code, `body: ${path}: ${message}`, { errors: [{ path, message, code }] });
